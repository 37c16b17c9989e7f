package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The accent is kept as hue and chroma of OKLCH, since the look sets the
// lightness; people choose it as the colour their browser lets them pick. The
// formulae and constants are those of Björn Ottosson, "A perceptual color
// space for image processing" (2020), as CSS Color 4 has them.

// accentLightness is that of the accent on light paper (tribune.css).
const accentLightness = .5

// accentOf gives the hue (0 to 359) and chroma (hundredths, 0 to 20) of a
// colour written #rrggbb.
func accentOf(colour string) (hue, chroma int, ok bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 || colour[0] != '#' {
		return 0, 0, false
	}
	r, g, b := linear(n>>16&255), linear(n>>8&255), linear(n&255)
	l := math.Cbrt(.4122214708*r + .5363325363*g + .0514459929*b)
	m := math.Cbrt(.2119034982*r + .6806995451*g + .1073969566*b)
	s := math.Cbrt(.0883024619*r + .2817188376*g + .6299787005*b)
	x := 1.9779984951*l - 2.4285922050*m + .4505937099*s
	y := .0259040371*l + .7827717662*m - .8086757660*s
	c := math.Hypot(x, y)
	degrees := math.Atan2(y, x) * 180 / math.Pi
	return (int(math.Round(degrees)) + 360) % 360, min(20, int(math.Round(c*100))), true
}

// hex gives an accent as #rrggbb, the nearest that a screen can show.
func hex(hue, chroma int) string {
	angle := float64(hue) * math.Pi / 180
	for c := float64(chroma) / 100; ; c -= .002 { // outside of what sRGB can show, paler until it can
		x, y := c*math.Cos(angle), c*math.Sin(angle)
		l := cube(accentLightness + .3963377774*x + .2158037573*y)
		m := cube(accentLightness - .1055613458*x - .0638541728*y)
		s := cube(accentLightness - .0894841775*x - 1.2914855480*y)
		r := 4.0767416621*l - 3.3077115913*m + .2309699292*s
		g := -1.2684380046*l + 2.6097574011*m - .3413193965*s
		b := -.0041960863*l - .7034186147*m + 1.7076147010*s
		if c <= 0 || min(r, g, b) >= -.0005 && max(r, g, b) <= 1.0005 {
			return fmt.Sprintf("#%02x%02x%02x", gamma(r), gamma(g), gamma(b))
		}
	}
}

func cube(x float64) float64 { return x * x * x }

// linear and gamma are the transfer function of sRGB (IEC 61966-2-1).
func linear(v uint64) float64 {
	x := float64(v) / 255
	if x <= .04045 {
		return x / 12.92
	}
	return math.Pow((x+.055)/1.055, 2.4)
}

func gamma(x float64) int {
	x = min(1, max(0, x))
	if x <= .0031308 {
		return int(math.Round(255 * 12.92 * x))
	}
	return int(math.Round(255 * (1.055*math.Pow(x, 1/2.4) - .055)))
}
