package reader

import (
	"context"
	"time"
)

// Gather makes batches of what comes one by one: at most so many at once, and
// none waits longer than every. When next fails, what came before is handed
// over, and its error given. next is called from one goroutine.
func Gather[E any](ctx context.Context, next func(ctx context.Context) (E, error), most int, every time.Duration, take func(batch []E) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	come, ended := make(chan E, most), make(chan error, 1)
	go func() {
		defer close(come)
		for {
			e, err := next(ctx)
			if err != nil {
				ended <- err
				return
			}
			select {
			case come <- e:
			case <-ctx.Done():
				ended <- ctx.Err()
				return
			}
		}
	}()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var batch []E
	for {
		full := false
		select {
		case e, ok := <-come:
			if !ok {
				err := <-ended
				if len(batch) > 0 {
					if failed := take(batch); failed != nil {
						return failed
					}
				}
				return err
			}
			batch = append(batch, e)
			full = len(batch) >= most
		case <-tick.C:
			full = len(batch) > 0
		}
		if full {
			if err := take(batch); err != nil {
				return err
			}
			batch = nil
		}
	}
}
