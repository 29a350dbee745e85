package ike

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

var rfcWords = map[string]string{
	"auth-methods 9":             "ECDSA-256",
	"auth-methods 10":            "ECDSA-384",
	"auth-methods 11":            "ECDSA-521",
	"v1-authentication 9":        "ECDSA-256",
	"v1-authentication 10":       "ECDSA-384",
	"v1-authentication 11":       "ECDSA-521",
	"encryption 14":              "AES-CCM with an 8-octet ICV",
	"encryption 15":              "AES-CCM with a 12-octet ICV",
	"encryption 16":              "AES-CCM with a 16-octet ICV",
	"encryption 18":              "AES-GCM with an 8-octet ICV",
	"encryption 19":              "AES-GCM with a 12-octet ICV",
	"encryption 20":              "AES-GCM with a 16-octet ICV",
	"encryption 25":              "25 for ENCR_CAMELLIA_CCM with an 8-octet ICV",
	"encryption 26":              "26 for ENCR_CAMELLIA_CCM with a 12-octet ICV",
	"encryption 27":              "27 for ENCR_CAMELLIA_CCM with a 16-octet ICV",
	"payload-types 0":            "NONE 0",
	"prf 4":                      "AES-XCBC-PRF-128",
	"protocols 0":                "MUST be sent as zero",
	"rohc-attributes 3":          "ROHC_INTEG",
	"rohc-attributes 4":          "ROHC_ICV_LEN",
	"transform-types 4":          "Diffie-Hellman Group (D-H) 4", // renamed by RFC 9370
	"v1-ipsec-transforms-ah 5":   "HMAC-SHA2-256: 5",
	"v1-ipsec-transforms-ah 6":   "HMAC-SHA2-384: 6",
	"v1-ipsec-transforms-ah 7":   "HMAC-SHA2-512: 7",
	"v1-ipsec-transforms-ah 11":  "AUTH_AES_128_GMAC",
	"v1-ipsec-transforms-ah 12":  "AUTH_AES_192_GMAC",
	"v1-ipsec-transforms-ah 13":  "AUTH_AES_256_GMAC",
	"v1-ipsec-transforms-esp 12": "ESP Transform Identifier 12 to ESP_AES",
	"v1-ipsec-transforms-esp 13": "13 as the ESP transform number for AES-CTR",
	"v1-ipsec-transforms-esp 14": "14 for AES CCM with an 8-octet ICV",
	"v1-ipsec-transforms-esp 15": "15 for AES CCM with a 12-octet ICV",
	"v1-ipsec-transforms-esp 16": "16 for AES CCM with a 16-octet ICV",
	"v1-ipsec-transforms-esp 18": "18 for AES-GCM with an 8 octet ICV",
	"v1-ipsec-transforms-esp 19": "19 for AES-GCM with a 12 octet ICV",
	"v1-ipsec-transforms-esp 20": "20 for AES-GCM with a 16 octet ICV",
	"v1-ipsec-transforms-esp 23": "ENCR_NULL_AUTH_AES_GMAC",
}

var rfcRef = regexp.MustCompile(`^RFC (\d+)(?: (?:appendix )?([0-9A-Z][0-9.]*))?$`)

func TestRegistriesAgreeWithRFCs(t *testing.T) {
	dir := testenv.Shared(t, "rfc")
	texts := map[string]string{}
	checked := 0
	for _, r := range registryRows(t) {
		m := rfcRef.FindStringSubmatch(r.ref)
		if m == nil {
			if strings.HasPrefix(r.ref, "RFC") && !strings.Contains(r.ref, "erratum") {
				t.Errorf("%s %d: cannot read reference %q", r.file, r.value, r.ref)
			}
			continue
		}
		text, ok := texts[r.ref]
		if !ok {
			b, err := os.ReadFile(filepath.Join(dir, "rfc"+m[1]+".txt"))
			if err == nil {
				text = string(b)
				if m[2] != "" {
					text = rfcSection(text, m[2])
				}
				if text = plainText(text); text == "" {
					t.Errorf("%s %d: no such section: %s", r.file, r.value, r.ref)
				}
			}
			texts[r.ref] = text
		}
		if text == "" {
			continue
		}
		checked++
		words, ok := rfcWords[fmt.Sprint(r.file, " ", r.value)]
		if !ok {
			words, _, _ = strings.Cut(r.name, " (")
		}
		if !strings.Contains(text, plainText(words)) {
			t.Errorf("%s %d: %q is not in %s", r.file, r.value, words, r.ref)
		}
	}
	if checked < 400 {
		t.Errorf("only %d values were checked", checked)
	}
}

var rfcHeading = regexp.MustCompile(`(?m)^(?:A(?:ppendix|PPENDIX) )?([0-9]+(?:\.[0-9]+)*|[A-Z](?:\.[0-9]+)*)(?:\.|:)?(?: {1,3}\S.*)?$`)

func rfcSection(text, number string) string {
	begin := -1
	var found string
	for _, m := range rfcHeading.FindAllStringSubmatchIndex(text, -1) {
		line, n := text[m[0]:m[1]], text[m[2]:m[3]]
		if strings.Contains(line, " . .") || strings.Contains(line, "...") {
			continue // of the table of contents
		}
		switch {
		case n == number:
			begin = m[0]
		case begin >= 0 && !strings.HasPrefix(n, number+".") && after(n, number):
			found += text[begin:m[0]]
			begin = -1
		}
	}
	if begin >= 0 {
		found += text[begin:]
	}
	return found
}

func after(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			p, err1 := strconv.Atoi(x[i])
			q, err2 := strconv.Atoi(y[i])
			if err1 != nil || err2 != nil {
				return x[i] > y[i] // appendices
			}
			return p == q+1 && i == len(x)-1
		}
	}
	return false
}
