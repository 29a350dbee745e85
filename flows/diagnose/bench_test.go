package diagnose

import "testing"

func BenchmarkCleanTunnel(b *testing.B) {
	f := upTunnel()
	for b.Loop() {
		Tunnel(f)
	}
}

func BenchmarkLossyTunnel(b *testing.B) {
	f := losing(50, 1000)
	for b.Loop() {
		Tunnel(f)
	}
}
