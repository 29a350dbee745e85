package ike

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// tsharkTables tells which registry each of tshark's tables is about. A field
// with tables for both versions has them one behind the other.
var tsharkTables = map[string][]string{
	"isakmp.exchangetype":                                     {"exchange-types"},
	"isakmp.nextpayload":                                      {"payload-types"},
	"isakmp.notify.msgtype":                                   {"v1-notify-types", "notify-types"},
	"isakmp.tf.type":                                          {"transform-types"},
	"isakmp.tf.id.encr":                                       {"encryption"},
	"isakmp.tf.id.prf":                                        {"prf"},
	"isakmp.tf.id.integ":                                      {"integrity"},
	"isakmp.tf.id.dh":                                         {"key-exchange-methods"},
	"isakmp.tf.id.esn":                                        {"esn"},
	"isakmp.ike2.attr.type":                                   {"attributes"},
	"isakmp.id.type":                                          {"v1-id-types", "id-types"},
	"isakmp.cert.encoding":                                    {"v1-cert-encodings", "cert-encodings"},
	"isakmp.auth.method":                                      {"auth-methods"},
	"isakmp.ts.type":                                          {"ts-types"},
	"isakmp.cfg.type":                                         {"v1-mode-config-types", "cp-types"},
	"isakmp.cfg.attr.type":                                    {"v1-mode-config-attributes", "cp-attributes"},
	"isakmp.cfg.attr.xauth.type":                              {"v1-xauth-types"},
	"isakmp.cfg.attr.xauth.status":                            {"v1-xauth-status"},
	"isakmp.notify.data.signature_hash_algorithms":            {"hash-algorithms"},
	"isakmp.notify.data.redirect.gw_ident.type":               {"gateway-id-types"},
	"isakmp.notify.data.rohc.attr.type":                       {"rohc-attributes"},
	"isakmp.notify.data.ipcomp.transform_id":                  {"ipcomp"},
	"isakmp.sa.doi":                                           {"v1-dois"},
	"isakmp.ike.attr.type":                                    {"v1-attributes"},
	"isakmp.ike.attr.encryption_algorithm":                    {"v1-encryption"},
	"isakmp.ike.attr.hash_algorithm":                          {"v1-hash"},
	"isakmp.ike.attr.authentication_method":                   {"v1-authentication"},
	"isakmp.ike.attr.group_type":                              {"v1-group-types"},
	"isakmp.ike.attr.life_type":                               {"v1-life-types"},
	"isakmp.ike.attr.asymmetric_cryptographic_algorithm_type": {"v1-asymmetric-algorithms"},
	"isakmp.ipsec.attr.type":                                  {"v1-ipsec-attributes"},
	"isakmp.ipsec.attr.auth_algorithm":                        {"v1-auth-algorithms"},
	"isakmp.ipsec.attr.encap_mode":                            {"v1-encap-modes"},
	"isakmp.ipsec.attr.ecn_tunnel":                            {"v1-ecn-tunnel"},
	"isakmp.ipsec.attr.addr_preservation":                     {"v1-address-preservation"},
	"isakmp.ipsec.attr.sa_direction":                          {"v1-sa-direction"},
}

// tsharkDifferencesFile lists every value that tshark 4.0.17 names otherwise,
// or not at all, or alone, and tells who is right.
const tsharkDifferencesFile = "testdata/tshark-names.csv"

// Where names differ from tshark's, a list says so and who is right; nothing
// else differs.
func TestNamesAgainstTshark(t *testing.T) {
	path := testenv.Shared(t, "iana", "isakmp-values-tshark-4.0.17.tsv")
	ours := map[string]string{}
	for _, r := range registryRows(t) {
		ours[fmt.Sprint(r.file, ",", r.value)] = r.name
	}
	theirs, compared := tsharkNames(t, path)
	want := map[string][2]string{}
	for key, name := range theirs {
		if plain(ours[key]) != plain(name) {
			want[key] = [2]string{name, ours[key]}
		}
	}
	for key, name := range ours {
		file, _, _ := strings.Cut(key, ",")
		if _, ok := theirs[key]; !ok && compared[file] {
			want[key] = [2]string{"", name}
		}
	}
	for _, row := range readCSV(t, tsharkDifferencesFile, ',')[1:] {
		key := row[0] + "," + row[1]
		if got, ok := want[key]; !ok || got != [2]string{row[2], row[3]} {
			t.Errorf("%s: the list has tshark %q, ours %q; it is %q", key, row[2], row[3], got)
		}
		if row[4] == "" {
			t.Errorf("%s: who is right?", key)
		}
		delete(want, key)
	}
	for key, names := range want {
		t.Errorf("not in the list: %s,%s,%s,", key, names[0], names[1])
	}
	if len(theirs) < 300 {
		t.Errorf("only %d names compared", len(theirs))
	}
}

// tsharkNames reads tshark's tables: names by registry and value, and which
// registries it has at all. Rows that only say that a value is not assigned
// are left out.
func tsharkNames(t *testing.T, path string) (names map[string]string, compared map[string]bool) {
	t.Helper()
	names, compared = map[string]string{}, map[string]bool{}
	field, table, last := "", 0, -1
	for _, row := range readCSV(t, path, '\t') {
		v, err := strconv.Atoi(row[1])
		if err != nil || tsharkTables[row[0]] == nil {
			continue
		}
		if row[0] != field {
			field, table, last = row[0], 0, -1
		} else if v < last {
			table++
		}
		last = v
		name, upper := row[2], v
		if row[3] != "" {
			name = row[3]
			if upper, err = strconv.Atoi(row[2]); err != nil {
				t.Fatalf("row %q", row)
			}
		}
		files := tsharkTables[field]
		if table >= len(files) || upper != v || unassigned(name) {
			continue
		}
		compared[files[table]] = true
		names[fmt.Sprint(files[table], ",", v)] = name
	}
	return names, compared
}

func unassigned(name string) bool {
	name = strings.ToLower(name)
	for _, s := range []string{"reserved", "unassigned", "private use", "future use", "undefined", "unknown", "(was"} {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}
