//go:build !race

package tcpstream

const raceDetector = false
