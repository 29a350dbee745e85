//go:build race

package tcpstream

const raceDetector = true
