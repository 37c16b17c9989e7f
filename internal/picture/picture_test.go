package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/picture"
)

// corners is a picture whose four quarters differ: red, green over blue, white.
func corners(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, []color.Color{
				color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 255}, color.NRGBA{255, 255, 255, 255},
			}[2*y/h*2+2*x/w])
		}
	}
	return img
}

// seen names the colours of the four quarters, row by row.
func seen(img image.Image) string {
	b := img.Bounds()
	var s string
	for _, at := range []image.Point{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := img.At(b.Min.X+b.Dx()*at.X/4, b.Min.Y+b.Dy()*at.Y/4).RGBA()
		switch high := [3]bool{r > 0x8000, g > 0x8000, bl > 0x8000}; high {
		case [3]bool{true, false, false}:
			s += "r"
		case [3]bool{false, true, false}:
			s += "g"
		case [3]bool{false, false, true}:
			s += "b"
		case [3]bool{true, true, true}:
			s += "w"
		default:
			s += "?"
		}
	}
	return s
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asGIF(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aWebP is a lossless picture of one pixel.
func aWebP(t testing.TB) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tiff is an Exif block with a camera's name and an orientation.
func tiff(order binary.AppendByteOrder, mark string, turn uint16) []byte {
	b := append([]byte(mark), 0, 0, 0, 0)
	b = order.AppendUint32(b[:4], 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x010f) // the maker
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(b, 4)
	b = append(b, "Cam\x00"...)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, turn)
	return append(b, 0, 0, 0, 0, 0, 0)
}

func jpegWithExif(t testing.TB, img image.Image, block []byte) []byte {
	t.Helper()
	file := asJPEG(t, img)
	block = append([]byte("Exif\x00\x00"), block...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(block)+2))
	return append(append(head, block...), file[2:]...)
}

func pngWithExif(t testing.TB, img image.Image, block []byte) []byte {
	t.Helper()
	file := asPNG(t, img)
	const afterHeader = 8 + 25
	chunk := append([]byte("eXIf"), block...)
	out := binary.BigEndian.AppendUint32(bytes.Clone(file[:afterHeader]), uint32(len(block)))
	out = binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
	return append(out, file[afterHeader:]...)
}

func resize(t *testing.T, file []byte, maxPixels int) (image.Image, string, []byte) {
	t.Helper()
	data, kind, err := picture.Resize(bytes.NewReader(file), maxPixels)
	if err != nil {
		t.Fatal(err)
	}
	img, format, err := image.Decode(bytes.NewReader(data))
	if err != nil || "image/"+format != kind {
		t.Fatalf("the result is called %s and is %s: %v", kind, format, err)
	}
	return img, kind, data
}

func TestResize(t *testing.T) {
	clear := corners(40, 20)
	clear.SetNRGBA(39, 0, color.NRGBA{})
	cases := []struct {
		name    string
		file    []byte
		max     int
		w, h    int
		kind    string
		quarter string
	}{
		{"png", asPNG(t, corners(400, 200)), 100, 100, 50, "image/jpeg", "rgbw"},
		{"far smaller", asPNG(t, corners(1000, 500)), 20, 20, 10, "image/jpeg", "rgbw"},
		{"jpeg", asJPEG(t, corners(200, 400)), 100, 50, 100, "image/jpeg", "rgbw"},
		{"gif", asGIF(t, corners(400, 200)), 100, 100, 50, "image/jpeg", "rgbw"},
		{"webp", aWebP(t), 100, 1, 1, "image/png", ""},
		{"not enlarged", asPNG(t, corners(40, 20)), 100, 40, 20, "image/jpeg", "rgbw"},
		{"transparent", asPNG(t, clear), 100, 40, 20, "image/png", "rgbw"},
		{"a line", asPNG(t, corners(5000, 2)), 100, 100, 1, "image/jpeg", ""},
		{"no size at all", asPNG(t, corners(40, 20)), 0, 1, 1, "image/jpeg", ""},
		{"grey", asPNG(t, image.NewGray(image.Rect(0, 0, 30, 30))), 10, 10, 10, "image/jpeg", ""},
		{"sixteen bits", asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 30, 30))), 10, 10, 10, "image/png", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			img, kind, _ := resize(t, c.file, c.max)
			if b := img.Bounds(); b.Dx() != c.w || b.Dy() != c.h || kind != c.kind {
				t.Errorf("%v %s, want %dx%d %s", b, kind, c.w, c.h, c.kind)
			}
			if c.quarter != "" && seen(img) != c.quarter {
				t.Errorf("shows %s, want %s", seen(img), c.quarter)
			}
		})
	}
}

func TestOrientation(t *testing.T) {
	// What a viewer shows of red, green over blue, white for each value.
	for turn, want := range map[uint16]string{
		0: "rgbw", 1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw",
	} {
		little, big := tiff(binary.LittleEndian, "II*\x00", turn), tiff(binary.BigEndian, "MM\x00*", turn)
		for name, file := range map[string][]byte{
			"jpeg": jpegWithExif(t, corners(80, 40), little),
			"big":  jpegWithExif(t, corners(80, 40), big),
			"png":  pngWithExif(t, corners(80, 40), big),
		} {
			img, _, data := resize(t, file, 40)
			wide := img.Bounds().Dx() > img.Bounds().Dy()
			if seen(img) != want || wide != (turn < 5 || turn > 8) {
				t.Errorf("%s, orientation %d: shows %s at %v, want %s", name, turn, seen(img), img.Bounds(), want)
			}
			if bytes.Contains(data, []byte("Exif")) || bytes.Contains(data, []byte("eXIf")) || bytes.Contains(data, []byte("Cam")) {
				t.Errorf("%s: the metadata is still there", name)
			}
		}
	}
}

func TestResultIsAtMostOneMegabyte(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 1000, 900))
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(dice.Uint32())
	}
	for _, name := range []string{"image/png", "image/jpeg"} {
		if name == "image/jpeg" {
			for i := 3; i < len(noise.Pix); i += 4 {
				noise.Pix[i] = 255
			}
		}
		file := asPNG(t, noise)
		if len(file) < 2<<20 {
			t.Fatalf("the noise has only %d bytes", len(file))
		}
		img, kind, data := resize(t, file, 1000)
		if len(data) > 1<<20 || kind != name || img.Bounds().Dx() < 300 {
			t.Errorf("%d bytes of %s at %v", len(data), kind, img.Bounds())
		}
	}
}

func TestRefusals(t *testing.T) {
	bomb := asPNG(t, corners(2, 2))
	binary.BigEndian.PutUint32(bomb[16:], 30000)
	binary.BigEndian.PutUint32(bomb[20:], 30000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	vast := bytes.Clone(bomb)
	binary.BigEndian.PutUint32(vast[16:], 1<<31-1)
	binary.BigEndian.PutUint32(vast[29:], crc32.ChecksumIEEE(vast[12:29]))
	whole := asJPEG(t, corners(200, 200))
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"svg":       {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "JPEG, PNG"},
		"svg xml":   {[]byte(`<?xml version="1.0"?><svg/>`), "JPEG, PNG"},
		"html":      {[]byte("<!doctype html>"), "JPEG, PNG"},
		"bmp":       {append([]byte("BM"), make([]byte, 100)...), "JPEG, PNG"},
		"empty":     {nil, "JPEG, PNG"},
		"head only": {[]byte("\x89PNG\r\n\x1a\n"), "damaged"},
		"cut off":   {whole[:len(whole)/2], "damaged"},
		"bomb":      {bomb, "40 million"},
		"vast":      {vast, "40 million"},
		"large":     {append(asPNG(t, corners(2, 2)), make([]byte, 10<<20)...), "10\u00a0MB"},
	} {
		_, _, err := picture.Resize(bytes.NewReader(c.file), 100)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a fault about %q", name, err, c.says)
		}
	}
	if _, _, err := picture.Resize(iotest.ErrReader(io.ErrUnexpectedEOF), 100); !errors.Is(err, io.ErrUnexpectedEOF) || fault.Is(err, fault.Invalid) {
		t.Errorf("a broken upload: %v", err)
	}
}

func TestTextsAreTranslated(t *testing.T) {
	root := os.DirFS(".")
	cat, err := i18n.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	if missing, err := i18n.Untranslated(root, cat); err != nil || len(missing) > 0 {
		t.Errorf("untranslated: %v, %v", missing, err)
	}
}

func FuzzResize(f *testing.F) {
	f.Add(jpegWithExif(f, corners(8, 4), tiff(binary.LittleEndian, "II*\x00", 6)))
	f.Add(pngWithExif(f, corners(8, 4), tiff(binary.BigEndian, "MM\x00*", 8)))
	f.Add(asGIF(f, corners(4, 4)))
	f.Add(aWebP(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		data, _, err := picture.Resize(bytes.NewReader(file), 16)
		if err != nil {
			return
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width > 16 || config.Height > 16 || len(data) > 1<<20 {
			t.Errorf("%v %+v", err, config)
		}
	})
}
