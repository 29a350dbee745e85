// Package ike reads and writes the wire format of IKEv1 (RFC 2408, RFC 2409)
// and IKEv2 (RFC 7296). It keeps no state and does no I/O: functions take a
// slice of bytes and return values that borrow it.
//
// Every message begins with the same header (RFC 7296 3.1, RFC 2408 3.1), the
// numbers in network byte order:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|              initiator SPI (IKEv1: cookie), 8 bytes           |
//	|                                                               |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|              responder SPI (IKEv1: cookie), 8 bytes           |
//	|                                                               |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	| next payload  | major | minor | exchange type |     flags     |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                          message ID                           |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                length, header included                        |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Behind it follows a chain of payloads, each with a generic header:
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	| next payload  |C|  reserved   |  length, this header included |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// The type of a payload stands in the one before it. In IKEv1 the encryption
// flag says that all behind the header is encrypted; in IKEv2 an SK or SKF
// payload, always the last, holds the encrypted ones.
//
// # From bytes to a message
//
//	func Plausible(b []byte, wireLen int) bool         any port: is this IKE?
//	func PlausibleOnPort(b []byte, wireLen int) bool   ports and flows of IKE
//	func ParseHeader(b []byte) (Header, error)
//	func Parse(b []byte, wireLen int) (Message, error)
//	func (m *Message) Walk() Walker                    Next, Payload, Offset, Err
//	func (m *Message) Encrypted() bool
//	func WalkPayloads(b []byte, first PayloadType, major uint8) Walker
//
// Here b holds the captured bytes and wireLen counts those on the wire. A
// message cut by the capture is no error: Truncated says so, and the walk ends
// where the bytes end. None of these allocates unless there is an error to
// report.
//
// # From a payload's body to what it says
//
//	func ParseSA(body []byte) (SA, error)              Proposals, Transforms
//	func ParseV1SA(body []byte) (V1SA, error)          Proposals, Transforms, Phase1
//	func ParseKE(body []byte) (KE, error)
//	func ParseNonce(body []byte) (Nonce, error)
//	func ParseNotify(body []byte) (Notify, error)      RequestedGroup
//	func ParseV1Notify(body []byte) (V1Notify, error)
//	func ParseDelete(body []byte) (Delete, error)      SPI
//	func ParseV1Delete(body []byte) (V1Delete, error)
//	func ParseFragment(body []byte) (Fragment, error)  SKF, RFC 7383
//	func ParseV1Fragment(body []byte) (V1Fragment, error)
//	func ParseVendorID(body []byte) (VendorID, error)  Known
//	func ParseID(body []byte) (ID, error)              String, Valid
//	func ParseCert(body []byte) (Cert, error)          HashAndURL
//	func ParseCertReq(body []byte) (CertReq, error)    Hash
//	func ParseAuth(body []byte) (Auth, error)          Signature, Algorithm
//	func ParseTS(body []byte) (TS, error)              Selectors: Range, Prefix, Ports
//	func ParseConfig(body []byte) (Config, error)      Attributes: Prefix, Valid
//	func ParseEAP(body []byte) (EAP, error)            TypeName, Identity
//	func ParseGSPM(body []byte) (GSPM, error)
//	func ParseGSA(body []byte) (Group, error)          Items; ParseKD as well
//	func ParsePuzzleSolution(body []byte) (PuzzleSolution, error)
//	func ParseV1ID(body []byte) (V1ID, error)          String, Selector
//	func ParseV1Config(body []byte) (V1Config, error)  Attributes; mode config, XAUTH
//	func ParseV1NATOA(body []byte) (V1NATOA, error)
//	func ParseV1SAKEK(body []byte) (V1SAKEK, error)    GDOI; SATEK, GAP, KeyDownload as well
//
// All of these have a method AppendFields that adds the body for people, part by
// part, to a Tree; so do those of IKEv1, whose names begin with ParseV1. A Tree
// takes a whole message at once, or its parts:
//
//	func (t *Tree) Read(m *Message)                    then t.Fields, t.Findings
//	func (t *Tree) AddHeader(m *Message)
//	func (t *Tree) AddPayload(m *Message, p Payload)
//	func (t *Tree) AddRest(m *Message, w *Walker)
//	func (t *Tree) AddInside(name, value string, m *Message)
//	func (n Notify) AppendData(to *Tree) (ok bool)
//
// Fields lie in a row, in wire order, each with its Level; their values are
// bytes that the Tree holds. A Tree that is used again allocates nothing.
//
// Passwords and keys that a payload holds are in no Field. Of all values that
// have an Append, parsing and appending gives the same bytes again, but for
// reserved bits, which become zero.
//
// Messages in fragments are put together where that takes no keys (IKEv1), and
// else told to be complete or not:
//
//	func (r *V1Reassembler) Add(m *Message, p Payload, fromInitiator bool) (V1FragmentStatus, error)
//	func (s *FragmentGroups) Add(m *Message, p Payload) (*FragmentGroup, error)
//
// # What a message tells about its sender
//
//	func Offer(m *Message) []ProposalSummary
//	func Fingerprint(m *Message) uint64
//	func FingerprintText(m *Message) string            documented, stable
//	func FingerprintHash(m *Message) string
//	func NATDetectionHash(spiI, spiR SPI, addr netip.AddrPort) [20]byte
//	func NATDetectionMatches(m *Message, hash []byte, addr netip.AddrPort) bool
//	func VendorName(body []byte) string
//	func (v VendorID) Detail() string                  name and version
//	func KEGroupName(id uint16) string
//
// # What is judged
//
//	func Judge(m *Message) []Finding                   over all payloads of a message
//	func JudgeV1KE(body []byte, group uint16, at int) []Finding
//	func JudgeChoice(offer, chosen SA, at int) []Finding
//	func JudgeV1Choice(offer, chosen V1SA, at int) []Finding
//	func CommonTransforms(a, b SA, protocol ProtocolID) []Overlap
//	func JudgeOffers(a, b SA, protocol ProtocolID, at int) []Finding
//	func ProtectedSizeOf(p Proposal) (ProtectedSize, bool)
//	func JudgeSize(m *Message, s ProtectedSize) []Finding
//
// # Names
//
// Types and algorithms have up to two names: String gives IANA's, Name the
// short one that reports use and that users of strongSwan know. A value that
// is in no registry shows as its number. The names are generated from the
// files in registry/ with go generate, which also say where they are from.
// docs/ike.md lists them all, with how much of the content is decoded.
package ike
