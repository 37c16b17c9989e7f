package naming

import "testing"

func TestKey(t *testing.T) {
	for _, same := range [][]string{
		{"Élise Garnier", "élise garnier", "ELISE GARNIER", "E\u0301lise  Garnier"},
		{"Maeve O’Connor", "maeve o'connor", "Maeve O´Connor"},
		{"Oskar Blumenfeld-Marsh", "oskar blumenfeld marsh", "Oskar Blumenfeld‐Marsh"},
		{"Łucja Straße", "Lucja Strasse"},
	} {
		for _, other := range same[1:] {
			if Key(same[0]) != Key(other) {
				t.Errorf("%q is %q, %q is %q", same[0], Key(same[0]), other, Key(other))
			}
		}
	}
	for name, want := range map[string]string{"Élise Garnier": " elise garnier", "!?": "", "": ""} {
		if got := Key(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestWithout(t *testing.T) {
	for _, c := range []struct{ text, name, want string }{
		{"Zelda Quintrell, my neighbour", "Zelda Quintrell", "…, my neighbour"},
		{"My neighbour ZELDA QUINTRELL’s pen. Zelda Quintrell is great.", "Zelda Quintrell", "My neighbour …’s pen. … is great."},
		{"Oskar Blumenfeld Marsh", "Oskar Blumenfeld-Marsh", "…"},
		{"Blumenfeld-Marsh, Oskar: he told me", "Oskar Blumenfeld-Marsh", "…: he told me"},
		{"It was Jose Angstrom", "José Ångström", "It was …"},
		{"von José Ångström gehört", "Jose Angstrom", "von … gehört"},
		{"Zelda told me, and Quintrell too", "Zelda Quintrell", "Zelda told me, and Quintrell too"},
		{"Bob Ringer", "Bob Ring", "Bob Ringer"},
		{"Sophie told me", "Sophie", "Sophie told me"},
		{"It was the good paper that did it. Good paper!", "Good Paper", "It was the good paper that did it. Good paper!"},
		{"I saw it at the market", "At The", "I saw it at the market"},
		{"A Friend of mine, a friend", "A Friend", "A Friend of mine, a friend"},
		{"good paper, said GOOD PAPER and Good-Paper", "Good Paper", "…, said … and …"},
		{"jose angstrom: he knows, and jose angstrom does", "José Ångström", "…: he knows, and jose angstrom does"},
		{"Jean De la Fontaine and jean de La fontaine", "Jean de La Fontaine", "… and jean de La fontaine"},
		{"met zelda quintrell there", "zelda quintrell", "met … there"},
		{"我认识李 小龙", "李 小龙", "我认识…"},
		{"Jean-Pierre told me", "Jean-Pierre", "Jean-Pierre told me"},
		{"", "Zelda Quintrell", ""},
		{"...", "! !", "..."},
	} {
		got, found := Without(c.text, c.name)
		if got != c.want || found != (c.text != c.want) {
			t.Errorf("%q without %q is %q, %v; want %q", c.text, c.name, got, found, c.want)
		}
		if again, found := Without(got, c.name); again != got || found {
			t.Errorf("again: %q, %v", again, found)
		}
	}
}

// FuzzWithout checks that a name which was taken out is not found any more,
// and that nothing else is lost.
func FuzzWithout(f *testing.F) {
	for _, text := range []string{"Zelda Quintrell", "a Zelda Quintrell Zelda Quintrell Zelda", "Quintrell Zelda Quintrell", "Zelda Zelda Quintrell Zelda Quintrell Quintrell", "Zé́lda\u200b Quintrell"} {
		f.Add(text, "Zelda Quintrell")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		rest, found := Without(text, name)
		if !found && rest != text {
			t.Errorf("%q became %q", text, rest)
		}
		if again, more := Without(rest, name); more {
			t.Errorf("%q without %q is %q, and again %q", text, name, rest, again)
		}
	})
}

func TestNames(t *testing.T) {
	for text, want := range map[string]bool{
		"Zélda Quintrell": true, "zelda quintrell, my neighbour": true, "Quintrell Zelda (from work)": true, "Zelda Quintrell – a friend": true,
		"Zelda Quintrell - a friend": true, "Zelda Quintrell.": true, "Zelda-Quintrell-Park": false, "Zelda Quintrell told me": false,
		"my neighbour, Zelda Quintrell": false, "…, Zelda Quintrell": false, "Zelda": false, "": false,
	} {
		if got := Names(text, "Zelda Quintrell"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
