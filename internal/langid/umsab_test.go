package langid

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUMSAB holds the detector to the bar on tweets, where they are. Nothing was
// learnt from them but the temperature.
func TestUMSAB(t *testing.T) {
	const folder = "../../../shared/data/language"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the tweets are not on this machine: ", err)
	}
	tags := map[string]string{"arabic": "ar", "english": "en", "french": "fr", "german": "de", "italian": "it", "portuguese": "pt", "spanish": "es"}
	for _, candidates := range [][]string{nil, {"ar", "en", "fr", "de", "it", "pt", "es"}} {
		d := detector(t, candidates...)
		mean, line := 0.0, ""
		var bins [10]struct{ n, p, right float64 }
		total := 0.0
		for name, tag := range tags {
			right, n := 0.0, 0.0
			for _, part := range []string{"train", "val"} {
				for _, text := range tweets(t, filepath.Join(folder, "umsab_"+name+"_"+part+".tsv.gz")) {
					got, p := d.Detect(text)
					n++
					b := &bins[min(9, int(10*p))]
					b.n++
					b.p += p
					if got == tag {
						right++
						b.right++
					}
				}
			}
			mean += right / n / float64(len(tags))
			total += n
			line += fmt.Sprintf(" %s %.3f", tag, right/n)
		}
		ece := 0.0
		for _, b := range bins {
			ece += math.Abs(b.p-b.right) / total
		}
		t.Logf("among %d candidates: %s, mean %.4f, calibration error %.4f", len(candidates), line, mean, ece)
		if mean < 0.955 || ece > 0.04 {
			t.Errorf("below the bars (.955, .04): mean %.4f, calibration error %.4f", mean, ece)
		}
	}
}

// tweets reads the texts of a file.
func tweets(t *testing.T, name string) (texts []string) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(unpacked)
	lines.Scan() // the header
	for lines.Scan() {
		_, text, _ := strings.Cut(lines.Text(), "\t")
		texts = append(texts, text)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
