package diagnose

// life are the codes about the life of a tunnel.
var life = []*Entry{}

// lives applies the rules about the life of a tunnel that look at one tunnel.
func lives(l *look) []*finding {
	return nil
}

// linkLives finds out what explains what among them and others.
func linkLives(l *look, each linker) {
}
