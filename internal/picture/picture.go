// Package picture makes a picture that somebody sent fit to be shown: of a
// known kind, no larger than needed, upright, and without the metadata that
// tells where and with what it was taken. Nothing of the file that came in is
// passed on; what goes out is drawn anew.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"tribune/internal/fault"
)

const (
	maxUpload = 10 << 20   // bytes of the file sent
	maxResult = 1 << 20    // bytes of the picture kept
	maxArea   = 40_000_000 // pixels; 40 megapixels take up to 160 MB while they are decoded
)

// format is a kind of picture that can be read.
type format struct {
	magic  string // at the start; ? stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	exif   func([]byte) []byte
}

// formats goes by what a file holds; what its sender calls it does not count.
// Of a moving GIF only the first frame is read.
func formats() []format {
	return []format{
		{"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, exifOfJPEG},
		{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, exifOfPNG},
		{"GIF8?a", gif.DecodeConfig, gif.Decode, nil},
		{"RIFF????WEBP", webp.DecodeConfig, webp.Decode, exifOfWebP},
	}
}

// Resize reads a JPEG, PNG, GIF or WebP picture and writes it anew, upright, at
// most maxPixels on its longer side (at least 1; it is never enlarged) and at
// most 1 MB: as JPEG, or as PNG if any of it is transparent. The content type
// is that of the result. What the sender can mend is a *fault.Error. Decoding
// can take some 250 MB, so callers should not run many at once.
func Resize(r io.Reader, maxPixels int) (data []byte, contentType string, err error) {
	file, err := io.ReadAll(io.LimitReader(r, maxUpload+1))
	if err != nil {
		return nil, "", fmt.Errorf("read a picture: %w", err)
	}
	if len(file) > maxUpload {
		return nil, "", fault.New(fault.Invalid, "This picture is larger than 10\u00a0MB. Please choose a smaller one.")
	}
	img, err := decode(file, max(1, maxPixels))
	if err != nil {
		return nil, "", err
	}
	return encode(img)
}

func decode(file []byte, maxPixels int) (*image.RGBA, error) {
	f, ok := sniff(file)
	if !ok {
		return nil, fault.New(fault.Invalid, "This is not a picture that can be shown here. Please send a JPEG, PNG, GIF or WebP file.")
	}
	config, err := f.config(bytes.NewReader(file))
	if err != nil || config.Width < 1 || config.Height < 1 {
		return nil, broken(err)
	}
	// The product may not overflow: either side can be 2^31.
	if config.Width > maxArea || config.Height > maxArea || config.Width*config.Height > maxArea {
		return nil, fault.New(fault.Invalid, "This picture has more than 40 million pixels. Please choose a smaller one.")
	}
	src, err := f.decode(bytes.NewReader(file))
	if err != nil {
		return nil, broken(err)
	}
	turn := 1
	if f.exif != nil {
		turn = orientation(f.exif(file))
	}
	return upright(shrink(src, maxPixels), turn), nil
}

func sniff(file []byte) (format, bool) {
	for _, f := range formats() {
		if len(file) >= len(f.magic) && matches(file, f.magic) {
			return f, true
		}
	}
	return format{}, false
}

func matches(file []byte, magic string) bool {
	for i := range len(magic) {
		if magic[i] != '?' && file[i] != magic[i] {
			return false
		}
	}
	return true
}

func broken(err error) error {
	return fault.New(fault.Invalid, "This picture cannot be read; the file seems to be damaged. Please try another one.").Because(err)
}

// shrink scales src so that its longer side has at most maxPixels.
func shrink(src image.Image, maxPixels int) *image.RGBA {
	b := src.Bounds()
	// The good filter needs 32 bytes for each pixel of an intermediate picture,
	// so a far larger one is first averaged down to between two and three times
	// the size.
	small := average(src, max(b.Dx(), b.Dy())/(2*maxPixels))
	b = small.Bounds()
	long := max(b.Dx(), b.Dy())
	if long <= maxPixels {
		return small
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*maxPixels/long), max(1, b.Dy()*maxPixels/long)))
	draw.CatmullRom.Scale(out, out.Bounds(), small, b, draw.Src, nil)
	return out
}

// average makes one pixel of each square of k by k pixels; a k under 2 copies.
// Rows are converted in strips, so that the whole is never there twice.
func average(src image.Image, k int) *image.RGBA {
	k = max(k, 1)
	b := src.Bounds()
	kx, ky := min(k, b.Dx()), min(k, b.Dy())
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()/kx, b.Dy()/ky))
	if k == 1 {
		draw.Draw(out, out.Bounds(), src, b.Min, draw.Src)
		return out
	}
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), ky))
	for y := range out.Rect.Dy() {
		draw.Draw(strip, strip.Rect, src, image.Pt(b.Min.X, b.Min.Y+y*ky), draw.Src)
		for x := range out.Rect.Dx() {
			out.SetRGBA(x, y, mean(strip, x*kx, kx, ky))
		}
	}
	return out
}

func mean(strip *image.RGBA, left, kx, ky int) color.RGBA {
	var sum [4]int
	for y := range ky {
		row := strip.Pix[y*strip.Stride+4*left : y*strip.Stride+4*(left+kx)]
		for i := 0; i < len(row); i += 4 {
			sum[0] += int(row[i])
			sum[1] += int(row[i+1])
			sum[2] += int(row[i+2])
			sum[3] += int(row[i+3])
		}
	}
	n := kx * ky
	return color.RGBA{uint8((sum[0] + n/2) / n), uint8((sum[1] + n/2) / n), uint8((sum[2] + n/2) / n), uint8((sum[3] + n/2) / n)}
}

// encode writes the picture within maxResult, giving up quality first and size
// then.
func encode(img *image.RGBA) ([]byte, string, error) {
	opaque := img.Opaque()
	for {
		for _, quality := range []int{85, 75, 60} {
			var b bytes.Buffer
			contentType, err := "image/png", error(nil)
			if opaque {
				contentType, err = "image/jpeg", jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
			} else {
				err = png.Encode(&b, img)
			}
			if err != nil {
				return nil, "", fmt.Errorf("write a picture: %w", err)
			}
			if b.Len() <= maxResult {
				return b.Bytes(), contentType, nil
			}
			if !opaque {
				break
			}
		}
		img = shrink(img, max(1, max(img.Rect.Dx(), img.Rect.Dy())*3/4))
	}
}
