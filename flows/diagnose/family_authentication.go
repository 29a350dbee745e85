package diagnose

// authentication are the codes about what is said under protection, told by sizes,
// order and silence.
var authentication = []*Entry{}

// authentications applies the rules about what is said under protection that look at one tunnel.
func authentications(l *look) []*finding {
	return nil
}

// linkAuthentications finds out what explains what among them and others.
func linkAuthentications(l *look, each linker) {
}
