package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// tsharkFields lets tshark read a capture. What ICMP errors quote is left out:
// to tshark it is a message as any other.
func tsharkFields(t *testing.T, tshark, file, decodeAs string) messageFields {
	t.Helper()
	args := []string{"-n", "-r", file, "-Y", "isakmp && !icmp && !icmpv6", "-J", "frame isakmp", "-T", "json"}
	if decodeAs != "" {
		args = append(args, "-d", decodeAs)
	}
	cmd := exec.CommandContext(t.Context(), tshark, args...)
	// Keys and port numbers that a user set must not change what tshark says.
	cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	packets, err := readJSON(json.NewDecoder(bufio.NewReader(out)))
	if err != nil {
		t.Errorf("tshark's answer: %v", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("tshark: %v", err)
	}
	messages := messageFields{}
	for _, packet := range packets.children {
		layers := packet.child("_source").child("layers")
		frame, err := strconv.Atoi(layers.child("frame").child("frame.number").value)
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range layers.children {
			if layer.name != "isakmp" {
				continue
			}
			lines, err := layer.lines(nil)
			if err != nil {
				t.Errorf("frame %d: %v", frame, err)
			}
			messages[frame] = append(messages[frame], lines...)
		}
	}
	return messages
}

// node is a member of a JSON object or array. tshark gives the payloads of a
// message as members of the same name, which a Go map would lose.
type node struct {
	name, value string
	children    []node
}

func (n node) child(name string) node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return node{}
}

// readJSON reads one JSON value and keeps the order of all members.
func readJSON(d *json.Decoder) (node, error) {
	var n node
	tok, err := d.Token()
	if err != nil {
		return n, err
	}
	open, ok := tok.(json.Delim)
	if !ok {
		n.value = fmt.Sprint(tok)
		return n, nil
	}
	for d.More() {
		var name string
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return n, err
			}
			name = key.(string)
		}
		c, err := readJSON(d)
		if err != nil {
			return n, err
		}
		c.name = name
		n.children = append(n.children, c)
	}
	if _, err := d.Token(); err != nil && err != io.EOF {
		return n, err
	}
	return n, nil
}

// lines appends the fields below n. A field that is neither compared nor known
// as not comparable is an error: nothing that tshark shows goes unheeded.
func (n node) lines(to []string) ([]string, error) {
	var err error
	for _, c := range n.children {
		name, _ := strings.CutSuffix(c.name, "_tree")
		switch {
		case !strings.HasPrefix(name, "isakmp."):
			continue // the inside of certificates
		case len(c.children) > 0:
			if to, err = c.lines(to); err != nil {
				return to, err
			}
			continue
		case notCompared(name):
			continue
		case strings.HasPrefix(name, "isakmp.tf.id."):
			name = "isakmp.tf.id" // the type of the transform stands in front
		case !comparedFields[name]:
			return to, fmt.Errorf("tshark shows %s, which is not compared", name)
		}
		to = append(to, line(name, c.value))
	}
	return to, nil
}

// line is one field. Colons, which tshark puts between bytes, go.
func line(name, value string) string {
	return strings.TrimPrefix(name, "isakmp.") + " " + strings.ReplaceAll(value, ":", "")
}

// notCompared tells which of tshark's fields say nothing that is to be
// compared.
func notCompared(name string) bool {
	switch name {
	case "isakmp.mjver", "isakmp.mnver", // compared as isakmp.version
		"isakmp.flag_i", "isakmp.flag_v", "isakmp.flag_r", // compared as isakmp.flags
		"isakmp.flag_e", "isakmp.flag_c", "isakmp.flag_a",
		"isakmp.reserved", "isakmp.reserved7", // dissect/ike gives them no name
		// tshark shows four bytes, whatever the cipher. Where the vector ends is
		// not known of one message alone.
		"isakmp.enc.iv",
		"isakmp.enc.data", "isakmp.cert.data", "isakmp.id.data": // tshark gives no value
		return true
	}
	for _, meaning := range []string{
		"isakmp.sa.situation.",        // bits of isakmp.sa.situation
		"isakmp.vid.", "isakmp.vid_s", // read out of isakmp.vid_bytes
		"isakmp.ike.certreq.authority.sig", // the inside of a distinguished name
	} {
		if strings.HasPrefix(name, meaning) {
			return true
		}
	}
	return false
}

// comparedFields are those that the captures have in clear.
var comparedFields = map[string]bool{
	"isakmp.ispi": true, "isakmp.rspi": true, "isakmp.nextpayload": true, "isakmp.version": true,
	"isakmp.exchangetype": true, "isakmp.flags": true, "isakmp.messageid": true, "isakmp.length": true,

	"isakmp.typepayload": true, "isakmp.criticalpayload": true, "isakmp.payloadlength": true,

	"isakmp.sa.doi": true, "isakmp.sa.situation": true,
	"isakmp.prop.number": true, "isakmp.prop.protoid": true, "isakmp.prop.transforms": true,
	"isakmp.spisize": true, "isakmp.spi": true,
	"isakmp.trans.number": true, "isakmp.trans.id": true, "isakmp.tf.type": true, "isakmp.tf.id": true,
	"isakmp.ike.attr.format": true, "isakmp.ike.attr.type": true, "isakmp.ike.attr.length": true, "isakmp.ike.attr.value": true,
	"isakmp.ike2.attr.format": true, "isakmp.ike2.attr.type": true, "isakmp.ike2.attr.length": true, "isakmp.ike2.attr.value": true,
	"isakmp.ike.attr.encryption_algorithm": true, "isakmp.ike.attr.hash_algorithm": true,
	"isakmp.ike.attr.authentication_method": true, "isakmp.ike.attr.group_description": true,
	"isakmp.ike.attr.life_type": true, "isakmp.ike.attr.life_duration": true, "isakmp.ike.attr.key_length": true,
	"isakmp.ike2.attr.key_length": true,

	"isakmp.key_exchange.dh_group": true, "isakmp.key_exchange.data": true, "isakmp.nonce": true,
	"isakmp.hash": true, "isakmp.ike.nat_hash": true, "isakmp.vid_bytes": true,
	"isakmp.id.type": true, "isakmp.id.protoid": true, "isakmp.id.port": true,
	"isakmp.id.data.fqdn":  true,
	"isakmp.cert.encoding": true, "isakmp.certreq.type": true, "isakmp.ike.certreq.authority": true,

	"isakmp.notify.doi": true, "isakmp.notify.protoid": true, "isakmp.notify.msgtype": true, "isakmp.notify.data": true,
	"isakmp.notify.data.accepted_dh_group": true, "isakmp.notify.data.signature_hash_algorithms": true,
	"isakmp.frag.number": true, "isakmp.frag.total": true,
}
