package api

import (
	"reflect"
	"time"
)

// whole cuts the times of an answer to microseconds, which is what is stored:
// so an answer to a write reads as the same thing does later. What is whole
// already is not written to, since it may be shared.
func whole(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			whole(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() || !v.CanSet() {
			return
		}
		if v.Elem().Kind() == reflect.Pointer {
			whole(v.Elem())
			return
		}
		held := reflect.New(v.Elem().Type()).Elem() // what an interface holds cannot be changed in place
		held.Set(v.Elem())
		whole(held)
		v.Set(held)
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Struct, reflect.Pointer, reflect.Interface:
			for i := range v.Len() {
				whole(v.Index(i))
			}
		}
	case reflect.Struct:
		if t, ok := reflect.TypeAssert[time.Time](v); ok {
			if cut := t.Truncate(time.Microsecond); v.CanSet() && !cut.Equal(t) {
				v.Set(reflect.ValueOf(cut))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				whole(v.Field(i))
			}
		}
	}
}
