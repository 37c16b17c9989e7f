package sample

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/vector"
)

// facePixels is the side of a drawn face: twice the largest on a page.
const facePixels = 192

// haircut is how somebody wears their hair in a drawn face.
type haircut int

const (
	short haircut = iota
	parted
	fringe
	bald
	bun
	curls
	long
)

// look is all that tells one drawn face from another: the sample's people are
// nobody, so that their faces are drawings and are seen to be.
type look struct {
	hair    haircut
	skin    int // of skins, from light to dark
	colour  int // of hairs
	clothes int // of cloths; the ground behind is the next but one
	beard   bool
	glasses bool
}

// looks are the faces of the team, and of those customers who gave one.
func looks() map[string]look {
	return map[string]look{
		"arthur": {parted, 1, 4, 0, true, false}, "marta": {bun, 0, 3, 1, false, true}, "noura": {long, 3, 0, 2, false, false},
		"nils": {short, 0, 2, 3, false, true}, "elise": {fringe, 1, 1, 4, false, false},
		"anais": {fringe, 1, 0, 3, false, false}, "tomas": {curls, 2, 0, 4, true, false}, "ingrid": {long, 0, 3, 0, false, true},
		"joao": {short, 3, 0, 1, true, false}, "beatriz": {curls, 2, 1, 2, false, false}, "dev": {parted, 3, 0, 0, false, true},
		"maeve": {long, 0, 5, 2, false, false}, "matthias": {bald, 1, 4, 3, false, true}, "yasmine": {bun, 3, 0, 4, false, false},
		"camille": {parted, 1, 1, 1, false, false}, "walter": {bald, 0, 4, 2, true, false}, "grace": {curls, 4, 0, 3, false, true},
		"lucia": {bun, 2, 1, 0, false, false}, "owen": {short, 1, 5, 4, true, false}, "priya": {long, 3, 0, 1, false, false},
		"greta": {fringe, 0, 4, 0, false, true},
	}
}

// show gives somebody their drawn face, if they have one.
func (t *teller) show(ctx context.Context, key string) error {
	l, ok := looks()[key]
	if !ok {
		return nil
	}
	data, err := portrait(l)
	if err != nil {
		return fmt.Errorf("sample: face of %s: %w", key, err)
	}
	return t.site.People.SetPhoto(ctx, t.actors[key], data, "image/png")
}

// portrait draws a face as PNG, the same bytes for the same look.
func portrait(l look) ([]byte, error) {
	skins := []color.RGBA{rgb(0xf3d6c2), rgb(0xe9c0a2), rgb(0xd3a07a), rgb(0xa9744f), rgb(0x754a33)}
	hairs := []color.RGBA{rgb(0x2a2322), rgb(0x5b3b28), rgb(0xc9a063), rgb(0x8c6a4a), rgb(0xb9b4ad), rgb(0xa5502c)}
	cloths := []color.RGBA{rgb(0x35506b), rgb(0x7b3b3b), rgb(0x4d6b54), rgb(0x8a6d3b), rgb(0x5d4c73)}
	grounds := []color.RGBA{rgb(0xe8dccb), rgb(0xd5e0dc), rgb(0xe6d3d0), rgb(0xd9dbe8), rgb(0xe9e2c4)}
	skin, hair, ink := skins[l.skin], hairs[l.colour], rgb(0x2b2420)

	b := brush{image.NewRGBA(image.Rect(0, 0, facePixels, facePixels))}
	draw.Draw(b.img, b.img.Bounds(), image.NewUniform(grounds[(l.clothes+2)%len(grounds)]), image.Point{}, draw.Src)
	switch l.hair {
	case long:
		b.fill(hair, oval(50, 52, 27, 31), oval(50, 68, 28, 22))
	case fringe:
		b.fill(hair, oval(50, 47, 25, 28))
	case bun:
		b.fill(hair, oval(50, 16, 10, 9))
	}
	b.fill(cloths[l.clothes], oval(50, 108, 40, 32))
	b.fill(darker(skin), oval(50, 76, 10, 9))
	b.fill(skin, oval(50, 70, 8.5, 12), oval(31.5, 48, 3.5, 5), oval(68.5, 48, 3.5, 5))
	b.fill(darker(skin), oval(50, 67, 8.5, 5))
	b.fill(skin, oval(50, 46, 18.5, 23))
	b.hair(l.hair, hair)
	if l.beard {
		b.fill(hair, path{{31.5, 49}, {32, 68, 41, 72, 50, 72}, {59, 72, 68, 68, 68.5, 49}, {66, 57, 60, 56.5, 50, 56.5}, {40, 56.5, 34, 57, 31.5, 49}})
		b.fill(darker(skin), oval(50, 61, 4.5, 1.6))
	} else {
		b.fill(darker(darker(skin)), path{{43.5, 58.5}, {46, 62.5, 54, 62.5, 56.5, 58.5}, {54, 61, 46, 61, 43.5, 58.5}})
	}
	b.fill(darker(skin), path{{50, 47}, {49, 51, 47.5, 53, 48.5, 54.5}, {50, 55.5, 52, 55, 52, 54}, {50.5, 54.5, 49.5, 53, 50, 47}})
	b.fill(ink, oval(42.5, 46.5, 1.7, 2), oval(57.5, 46.5, 1.7, 2))
	b.fill(darker(hair), path{{38.5, 41.5}, {41, 39.5, 44, 39.5, 46, 41}, {44, 40.8, 41, 40.8, 38.5, 41.5}}, path{{54, 41}, {56, 39.5, 59, 39.5, 61.5, 41.5}, {59, 40.8, 56, 40.8, 54, 41}})
	if l.glasses {
		b.fill(ink, oval(42, 46.5, 6.4, 5.8), backwards(42, 46.5, 5.4, 4.8), oval(58, 46.5, 6.4, 5.8), backwards(58, 46.5, 5.4, 4.8), oval(50, 45.5, 2, .6))
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, b.img)
	return out.Bytes(), err
}

// hair draws what of the hair is before the face.
func (b brush) hair(cut haircut, c color.RGBA) {
	over := func(line ...curve) { // over the head from ear to ear, and back along the hairline
		b.fill(c, append(path{{30.5, 47}, {27, 12, 73, 12, 69.5, 47}}, line...))
	}
	switch cut {
	case short, bun:
		over(curve{68, 36, 62, 33, 50, 33}, curve{38, 33, 32, 36, 30.5, 47})
	case parted, long:
		over(curve{69, 38, 62, 31, 42, 30}, curve{38, 36, 33, 38, 30.5, 47})
	case fringe:
		over(curve{68, 42, 66, 40, 64, 38.5}, curve{55, 37, 45, 37, 36, 38.5}, curve{34, 40, 32, 42, 30.5, 47})
	case bald:
		b.fill(c, path{{31, 50}, {28.5, 40, 30, 33, 34, 29}, {33, 37, 33, 43, 31, 50}}, path{{69, 50}, {67, 43, 67, 37, 66, 29}, {70, 33, 71.5, 40, 69, 50}})
	case curls:
		for _, at := range [][2]float32{{30, 42}, {31, 33}, {36, 26}, {43, 22}, {51, 21}, {59, 23}, {65, 27}, {69, 34}, {70, 42}, {42, 29}, {50, 28}, {58, 29}} {
			b.fill(c, oval(at[0], at[1], 6, 6))
		}
	}
}

// curve goes on from where the one before ended: two handles and the end of a
// cubic Bézier curve; the first of a path is its beginning.
type curve []float32

// path is closed by itself; x and y go from 0 to 100.
type path []curve

type brush struct{ img *image.RGBA }

// fill paints shapes in one colour; one that goes backwards is cut out of those
// around it.
func (b brush) fill(c color.RGBA, shapes ...path) {
	const scale = float32(facePixels) / 100
	r := vector.NewRasterizer(facePixels, facePixels)
	for _, p := range shapes {
		r.MoveTo(p[0][0]*scale, p[0][1]*scale)
		for _, s := range p[1:] {
			r.CubeTo(s[0]*scale, s[1]*scale, s[2]*scale, s[3]*scale, s[4]*scale, s[5]*scale)
		}
		r.ClosePath()
	}
	r.Draw(b.img, b.img.Bounds(), image.NewUniform(c), image.Point{})
}

// oval is an ellipse of four curves.
func oval(x, y, rx, ry float32) path {
	const k = .5523 // makes a quarter of a circle of a cubic curve
	return path{{x + rx, y}, {x + rx, y + k*ry, x + k*rx, y + ry, x, y + ry}, {x - k*rx, y + ry, x - rx, y + k*ry, x - rx, y},
		{x - rx, y - k*ry, x - k*rx, y - ry, x, y - ry}, {x + k*rx, y - ry, x + rx, y - k*ry, x + rx, y}}
}

// backwards is an oval the other way round.
func backwards(x, y, rx, ry float32) path { return oval(x, y, -rx, ry) }

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// darker is a colour in its own shade.
func darker(c color.RGBA) color.RGBA {
	return color.RGBA{uint8(int(c.R) * 82 / 100), uint8(int(c.G) * 78 / 100), uint8(int(c.B) * 76 / 100), 255}
}
