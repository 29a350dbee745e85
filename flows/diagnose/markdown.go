package diagnose

import (
	"fmt"
	"strings"
)

// MarkdownCatalogue writes the whole catalogue as the page docs/anomalies.md.
func MarkdownCatalogue() string {
	var b strings.Builder
	b.WriteString("# Anomalies\n\n" +
		"What ikesniff reports about a tunnel or a capture, by code. This page is generated from the catalogue in\n" +
		"`flows/diagnose`; `ikesniff explain CODE` prints the same. Observation and cause are kept apart everywhere, each\n" +
		"with a confidence of its own, and \"not seen here\" means not seen at the place of the capture.\n\n" +
		"Severities: *info* (good to know, nothing is wrong), *notice* (unusual, or once in a while), *warning* (something\n" +
		"is wrong or unsafe), *critical* (the tunnel does not work). An anomaly that another one explains is its\n" +
		"consequence: it is shown under that one and does not count again.\n\n" +
		"| code | usual severity | title |\n|---|---|---|\n")
	for _, e := range catalogue {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", e.Code, e.Code, e.Severity, cell(e.Title))
	}
	for _, e := range catalogue {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n", e.Code, e.Title)
		for _, p := range e.prose() {
			fmt.Fprintf(&b, "\n**%s.** %s\n", p.head, escape(p.text))
		}
		for _, p := range e.lists() {
			fmt.Fprintf(&b, "\n**%s**\n\n", p.head)
			for i, item := range p.items {
				lead := "-"
				if p.numbered {
					lead = fmt.Sprintf("%d.", i+1)
				}
				if product, command, ok := strings.Cut(item, ": "); ok && p.head == "Commands that decide" {
					fmt.Fprintf(&b, "%s %s: `%s`\n", lead, product, command)
					continue
				}
				fmt.Fprintf(&b, "%s %s\n", lead, escape(item))
			}
		}
		b.WriteString("\n| evidence | unit | meaning |\n|---|---|---|\n")
		for _, k := range e.Evidence {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, cell(k.Unit), cell(k.Meaning))
		}
		var refs []string
		for _, r := range e.References {
			refs = append(refs, escape(r.String()))
		}
		fmt.Fprintf(&b, "\nReferences: %s.\n", strings.Join(refs, "; "))
	}
	return b.String()
}

// escape keeps placeholders and names from being read as markup.
func escape(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`).Replace(s)
}

// cell is a text inside a table.
func cell(s string) string { return strings.ReplaceAll(escape(s), "|", `\|`) }
