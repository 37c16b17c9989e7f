package tribune

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// dropProgram lets go of the pages of the program's own file that starting took
// into memory: what is used again comes back from the system's cache of the
// file, a page at a time. Only mappings that cannot be written and hold no page
// of the process's own are touched, so that nothing can be lost.
func dropProgram() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return err
	}
	defer maps.Close()
	var begin, end uintptr // of a mapping that may be dropped, 0 if the present one may not
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		field := strings.Fields(lines.Text())
		switch {
		case len(field) >= 5 && strings.Contains(field[0], "-"): // 00400000-01b18000 r-xp 00000000 fe:00 10379730 /usr/bin/tribune
			begin, end = 0, 0
			if len(field) == 6 && field[5] == program && !strings.Contains(field[1], "w") {
				if _, err := fmt.Sscanf(field[0], "%x-%x", &begin, &end); err != nil {
					return err
				}
			}
		case len(field) == 3 && field[0] == "Anonymous:" && begin != 0:
			if field[1] == "0" {
				if _, _, failed := syscall.Syscall(syscall.SYS_MADVISE, begin, end-begin, syscall.MADV_DONTNEED); failed != 0 {
					return failed
				}
			}
			begin = 0
		}
	}
	return nil
}
