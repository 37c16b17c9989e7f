package alike

import (
	"testing"
	"unicode/utf8"
)

func TestLetters(t *testing.T) {
	for s, want := range map[string]string{
		"Oriflаmme": "Oriflamme", "Suppοrt": "Support", "ОRІFLАММЕ": "ORIFLAMME", "Ｏｒｉ": "Ori", "ᴏʀɪꜰʟᴀᴍᴍᴇ": "orifLamme", "𝓜arta": "Marta",
		"Anaïs": "Anais", "李小龍": "李小龍", "plain": "plain", "": "", "\xff": "\uFFFD",
	} {
		if got := Letters(s); got != want {
			t.Errorf("%q is read as %q, want %q", s, got, want)
		}
	}
}

func TestDigits(t *testing.T) {
	for s, want := range map[string]string{"Orif1amme": "Oriflamme", "0riflamme 24": "oriflamme 24", "5uppor7": "support", "Or!f": "Orif", "2001": "2001"} {
		if got := Digits(s); got != want {
			t.Errorf("%q is read as %q, want %q", s, got, want)
		}
	}
	if Strokes("OrifIarnme") != Strokes("Oriflamme") {
		t.Error("strokes are told apart")
	}
}

// FuzzLetters: whatever is read once is read the same again, and is text.
func FuzzLetters(f *testing.F) {
	f.Add("Oriflаmme")
	f.Add("Ὀδυσσεύς")
	f.Fuzz(func(t *testing.T, s string) {
		once := Letters(s)
		if again := Letters(once); again != once || utf8.ValidString(s) && !utf8.ValidString(once) {
			t.Errorf("%q is read as %q, then as %q", s, once, again)
		}
	})
}
