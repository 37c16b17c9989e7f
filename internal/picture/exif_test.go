package picture

import (
	"encoding/binary"
	"testing"
)

// No encoder for WebP can be had here, so the way through its chunks is walked
// without a picture.
func TestExifOfWebP(t *testing.T) {
	block := "II*\x00\x08\x00\x00\x00" + "\x01\x00" + "\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
	chunk := func(name, data string) string {
		padded := data + "\x00"[:len(data)%2]
		return string(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))) + padded
	}
	for name, c := range map[string]struct {
		chunks string
		want   int
	}{
		"found":        {chunk("VP8X", "0123456789") + chunk("VP8 ", "odd") + chunk("EXIF", block), 6},
		"with prefix":  {chunk("EXIF", "Exif\x00\x00"+block), 6},
		"none":         {chunk("VP8 ", "odd"), 1},
		"no chunks":    {"", 1},
		"beyond end":   {"EXIF\xff\xff\xff\xff" + block, 1},
		"cut off":      {chunk("EXIF", block[:12]), 1},
		"far first":    {chunk("EXIF", "II*\x00\xff\xff\xff\xff"+block[8:]), 1},
		"unknown mark": {chunk("EXIF", "XX"+block[2:]), 1},
	} {
		if got := orientation(exifOfWebP([]byte("RIFF....WEBP" + c.chunks))); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
