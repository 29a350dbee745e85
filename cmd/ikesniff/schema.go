package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

func newSchema(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the report",
		Example: `  ikesniff schema > report.schema.json
  ikesniff analyze -f json a.pcap | check-jsonschema --schemafile report.schema.json -`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return writeStdout(e.stdout, func(w io.Writer) error {
				_, err := w.Write(report.Schema(diagnose.EvidenceKeys()))
				return err
			})
		},
	}
}
