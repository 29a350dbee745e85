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
// rfcRef takes "RFC 7296 3.3.2" or "RFC 2409 appendix A" apart.
// The section of the RFC that a value refers to has its name, where the text is
// at hand.
// rfcSection gives a section with those below it, empty if there is none.
// after reports whether section a can be what follows behind b: lists of
// numbers in b's text are no headings.
