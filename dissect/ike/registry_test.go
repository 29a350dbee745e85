package ike

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// registryRow is one value of a file in registry/.
type registryRow struct {
	file  string // without .csv
	value uint16
	name  string
	short string
	ref   string
}

// registryRows reads all files of names.
func registryRows(t *testing.T) []registryRow {
	t.Helper()
	files, err := filepath.Glob("registry/*.csv")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d registry files: %v", len(files), err)
	}
	var out []registryRow
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".csv")
		if base == "vendor-ids" {
			continue
		}
		for i, row := range readCSV(t, file, ',') {
			if i == 0 {
				if strings.Join(row, ",") != "value,name,short,ref" {
					t.Fatalf("%s: titles are %q", file, row)
				}
				continue
			}
			v, err := strconv.ParseUint(row[0], 10, 16)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			out = append(out, registryRow{base, uint16(v), row[1], row[2], row[3]})
		}
	}
	return out
}

func readCSV(t *testing.T, name string, comma rune) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(f))
	r.Comma, r.Comment, r.LazyQuotes = comma, '#', comma == '\t'
	r.FieldsPerRecord = 0
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return rows
}

// In one registry no name stands for two values, but where IANA itself gives
// one name twice.
func TestRegistryNamesAreUnique(t *testing.T) {
	seen := map[string]uint16{}
	for _, r := range registryRows(t) {
		if r.file == "payload-types" {
			continue // the two versions have the same names
		}
		if r.file == "private-notify-types" {
			r.short = "" // the owner
		}
		if r.file == "v1-groups" && strings.HasPrefix(r.name, "EC2N group over GF[2^") {
			continue // two curves each over four fields
		}
		for _, name := range []string{r.name, r.short} {
			key := r.file + " " + name
			if old, ok := seen[key]; ok && name != "" && old != r.value {
				if name == "SM4_CBC" {
					continue // one cipher, two numbers
				}
				t.Errorf("%s: %q is %d and %d", r.file, name, old, r.value)
			}
			seen[key] = r.value
		}
	}
}

// Every file says in its comments where it is from and as of when.
func TestRegistryFilesNameTheirOrigin(t *testing.T) {
	files, _ := filepath.Glob("registry/*.csv")
	dated := regexp.MustCompile(`as of \d{4}-\d{2}-\d{2}|frozen with IKEv1|draft-|\[MS-|GM/T|20\d\d`)
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var head string
		for _, line := range strings.SplitAfter(string(b), "\n") {
			if !strings.HasPrefix(line, "#") {
				break
			}
			head += line
		}
		if !dated.MatchString(head) {
			t.Errorf("%s: no origin in %q", file, head)
		}
	}
}

// ianaRegistries tells for each registry of the IANA table which file has it.
var ianaRegistries = map[string]string{
	"exchange_type":                        "exchange-types",
	"payload_type":                         "payload-types",
	"transform_type":                       "transform-types",
	"transform_attribute_type":             "attributes",
	"encryption_transform_type":            "encryption",
	"pseudorandom_function_type":           "prf",
	"integrity_transform_type":             "integrity",
	"diffie_hellman_group_type":            "key-exchange-methods",
	"extended_sequence_numbers_type":       "esn",
	"identification_payload_type":          "id-types",
	"certificate_encoding_type":            "cert-encodings",
	"authentication_method_type":           "auth-methods",
	"notify_message_error_type":            "notify-types",
	"notify_message_status_type":           "notify-types",
	"notification_ipcomp_type":             "ipcomp",
	"security_protocol_type":               "protocols",
	"traffic_selector_type":                "ts-types",
	"configuration_payload_type":           "cp-types",
	"configuration_payload_attribute_type": "cp-attributes",
	"gateway_identity_type":                "gateway-id-types",
	"rohc_attribute_type":                  "rohc-attributes",
	"secure_password_type":                 "secure-password-methods",
	"hash_algorithm_type":                  "hash-algorithms",
	"postquantum_preshared_key_type":       "ppk-id-types",
}

// sinceThen are the values that IANA named, or named anew, between the date of
// that table, 2024-11-17, and 2026-07-16, the date of registry/: by what, and
// when.
var sinceThen = map[string]string{
	"exchange-types 42":  "RFC 9838, 2025-02-18",
	"transform-types 5":  "RFC 9827, 2025-02-13",
	"transform-types 13": "RFC 9838, 2025-02-18",
	"transform-types 14": "RFC 9838, 2025-02-18",
	"esn 0":              "RFC 9827, 2025-02-13",
	"esn 1":              "RFC 9827, 2025-02-13",
	"esn 2":              "RFC 9838, 2025-03-04",
	"attributes 18":      "RFC 9838, 2025-02-18",
	"protocols 6":        "RFC 9838, 2025-02-18",
	"notify-types 49":    "RFC 9838, 2025-02-18",
	"notify-types 16429": "RFC 9838, 2025-02-18",
	"notify-types 16445": "RFC 9867, 2025-05-23",
	"notify-types 16446": "RFC 9867, 2025-05-23",
	"notify-types 16447": "draft-ietf-ipsecme-ikev2-downgrade-prevention, 2026-03-30",
}

// plain reduces a name to what the IANA table keeps of it.
func plain(name string) string {
	name, _, _ = strings.Cut(name, " (")
	return plainText(name)
}

// plainText leaves no more of a text than letters, in lower case, and digits.
func plainText(name string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Every value of IANA's registries of IKEv2 has IANA's name here, and no value
// has a name that IANA did not give.
func TestRegistriesAgreeWithIANA(t *testing.T) {
	path := testenv.Shared(t, "iana", "ikev2-parameters.csv")
	ours := map[string]string{}
	left := map[string]bool{}
	files := map[string]bool{}
	for _, f := range ianaRegistries {
		files[f] = true
	}
	for _, r := range registryRows(t) {
		key := fmt.Sprint(r.file, " ", r.value)
		ours[key] = r.name
		if files[r.file] {
			left[key] = true
		}
	}
	rows := readCSV(t, path, ',')[1:]
	if len(rows) < 300 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, row := range rows {
		file, ok := ianaRegistries[row[0]]
		if !ok {
			t.Errorf("registry %q is not in the map", row[0])
			continue
		}
		key := file + " " + row[1]
		delete(left, key)
		if sinceThen[key] != "" {
			continue
		}
		if plain(ours[key]) != plain(row[2]) {
			// The table writes pseudo random where RFC 7296 3.3.2 has one word.
			t.Errorf("%s is %q, IANA has %q", key, ours[key], row[2])
		}
	}
	for key := range left {
		file, value, _ := strings.Cut(key, " ")
		v, _ := strconv.Atoi(value)
		switch {
		case file == "cp-attributes" && (v == 5 || v == 11): // of RFC 4306
		case sinceThen[key] != "":
		case v == 0: // "none", which the table leaves out
		case file == "payload-types" && v < 33, file == "exchange-types" && v < 34: // of IKEv1
		default:
			t.Errorf("%s: %q is not in IANA's table", key, ours[key])
		}
	}
}

// rfcWords are what RFCs have in place of IANA's names.
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

// rfcRef takes "RFC 7296 3.3.2" or "RFC 2409 appendix A" apart.
var rfcRef = regexp.MustCompile(`^RFC (\d+)(?: (?:appendix )?([0-9A-Z][0-9.]*))?$`)

// The section of the RFC that a value refers to has its name, where the text is
// at hand.
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

// rfcSection gives a section with those below it, empty if there is none.
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

// after reports whether section a can be what follows behind b: lists of
// numbers in b's text are no headings.
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
