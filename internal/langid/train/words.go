package main

import (
	"slices"
	"strings"

	"tribune/internal/langid"
)

// Two languages that eld's table does not have are told apart by words. The
// lists are our own.

// Indonesian is so near to Malay that it takes over all weights of Malay; these
// words are said in one of the two only, or far more often. It gets one point
// more for each n-gram: of two equals, the one that far more people write.
const (
	indonesian = `aja anda bahwa banget beda berbeda bikin bisa butuh cuma enak gak gimana gua gue indonesia inggris
		jakarta jumat kabupaten kamis kantor karena karyawan kemarin kenapa lu mobil nggak ngga provinsi rabu rupiah
		senin sepeda surabaya udah universitas yaitu`
	malay = `ahad awak bagaimanapun bahawa basikal beza boleh cakap cikgu duit esok iaitu ialah isnin jumaat
		kedai kerana khamis kuala lumpur malaysia melayu nak pejabat ringgit sahaja semalam sesiapa syarikat
		universiti wang`
	apart = 45 // what such a word's n-grams get on top
)

// Hindi in Latin letters is known by its small words alone, those that English
// does not have.
const (
	romanised = `aaj aap aapka aapke aapki aapko aapne abhi accha acha achha achhe apna apne apni aur baar baat bahut bhai bhi
		bohot bola bole bolo chahiye dekh dekha dekho desh dil diya gaya gaye gayi haan hai hain hamara hamare hamari
		hoga hogi hona hota hoti hote hua hui humara hume hun hoon isliye iska iski itna itni jaa jab jaise jata jati kab
		kabhi kaha kahan kaise kaisa kar karke karna karne karo karta karte karti karu kaun ke ki kisi kitna kitne
		kiya ko koi kuch kya kyon kyu kyun lekin liye log logo maine matlab mein mera mere meri mujhe mujhko
		nahi nahin nhi pata paisa phir raha rahe rahi rha rhe rhi saath sab sabhi sabse sahi sakta sakte sath sirf sunna
		tera tere teri tha thi toh tujhe tum tumhara tumhe unka unke uska uske uski wahi waala wala wale wali woh
		yaar yahan yeh zindagi`
	small = 160 // what such a word's n-grams weigh, before the floor
)

// withWords adds the two languages to eld's.
func withWords(tags []string, grams []gram) ([]string, []gram) {
	ms := uint8(slices.Index(tags, "ms"))
	id, hi := uint8(len(tags)), uint8(len(tags)+1)
	tags = append(tags, "id", "hi-Latn")
	at := map[string]int{}
	for i := range grams {
		at[string(grams[i].bytes)] = i
		for _, p := range grams[i].pairs {
			if p.language == ms {
				grams[i].pairs = append(grams[i].pairs, pair{id, p.weight + 1})
			}
		}
	}
	raise := func(words string, language uint8, by uint8) {
		seen := map[string]bool{}
		for word := range strings.FieldsSeq(words) {
			langid.Grams(word, func(b []byte) {
				if seen[string(b)] {
					return
				}
				seen[string(b)] = true
				i, ok := at[string(b)]
				if !ok {
					i = len(grams)
					at[string(b)] = i
					grams = append(grams, gram{bytes: slices.Clone(b)})
				}
				for j := range grams[i].pairs {
					if grams[i].pairs[j].language == language {
						grams[i].pairs[j].weight += by
						return
					}
				}
				grams[i].pairs = append(grams[i].pairs, pair{language, by})
			})
		}
	}
	raise(indonesian, id, apart)
	raise(malay, ms, apart)
	raise(romanised, hi, small)
	return tags, grams
}
