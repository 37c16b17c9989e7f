package page

import (
	"errors"
	"io"
	"net/http"

	"tribune/internal/fault"
	"tribune/internal/picture"
)

// maxUpload is how large a form with pictures may be. It is far more than the
// pictures may have, so that one that is too large is refused beside its field,
// with all that was typed.
const maxUpload = 64 << 20

// BigForm reads a posted form that may hold pictures. It is called in place of
// Form; Picture then gives the pictures.
func BigForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	err := r.ParseMultipartForm(256 << 10)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return fault.New(fault.Invalid, "This picture is larger than 10\u00a0MB. Please choose a smaller one.")
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fault.New(fault.Invalid, "The form did not arrive whole, or is longer than it may be. Go back: what you typed is still there.").Because(err)
	}
	return nil
}

// Picture gives a picture of a form anew, at most maxPixels on its longer
// side; no data if none was sent. Pictures are decoded one at a time: each
// takes much memory.
func (k *Kit) Picture(r *http.Request, field string, maxPixels int) (data []byte, contentType string, err error) {
	if r.MultipartForm == nil {
		return nil, "", nil
	}
	file, head, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	if head.Size == 0 {
		return nil, "", nil
	}
	return k.resize(file, field, maxPixels)
}

func (k *Kit) resize(file io.Reader, field string, maxPixels int) ([]byte, string, error) {
	k.pictures.Lock()
	defer k.pictures.Unlock()
	data, contentType, err := picture.Resize(file, maxPixels)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, "", f.On(field)
	}
	return data, contentType, err
}
