package tribune

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDropProgram lets go of the program's own pages, and runs on.
func TestDropProgram(t *testing.T) {
	resident := func() (kB int) {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(status), "RssFile:")
		if _, err := fmt.Sscan(after, &kB); err != nil {
			t.Fatal(err)
		}
		return kB
	}
	before := resident()
	if err := dropProgram(); err != nil {
		t.Fatal(err)
	}
	if after := resident(); after >= before {
		t.Errorf("%d kB of files were in memory, and %d are", before, after)
	}
}
