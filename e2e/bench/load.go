package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const connections = 32

// result is what one line measured.
type result struct {
	name      string
	perSecond float64
	p99       time.Duration
}

// client keeps its connections open, one for each worker.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// hammer sends requests over 32 connections for so long. next makes the n-th
// request of a worker; an answer outside 2xx is an error.
func hammer(ctx context.Context, name string, seconds int, next func(worker, n int) (*http.Request, error)) (result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	took := make([][]time.Duration, connections)
	var workers sync.WaitGroup
	began := time.Now()
	for w := range connections {
		workers.Go(func() {
			for n := 0; time.Now().Before(end) && ctx.Err() == nil; n++ {
				start := time.Now()
				if err := send(ctx, next, w, n); err != nil {
					cancel(fmt.Errorf("%s: %w", name, err))
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	workers.Wait()
	elapsed := time.Since(began)
	if err := context.Cause(ctx); err != nil {
		return result{}, err
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	return result{name, float64(len(all)) / elapsed.Seconds(), all[len(all)*99/100]}, nil
}

func send(ctx context.Context, next func(worker, n int) (*http.Request, error), worker, n int) error {
	r, err := next(worker, n)
	if err != nil {
		return err
	}
	answer, err := client.Do(r.WithContext(ctx))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s answered %s", r.Method, r.URL.Path, answer.Status)
	}
	return nil
}

// trickle sends so many requests a second beside the others until it is
// stopped, and gives how many it sent.
func trickle(ctx context.Context, perSecond int, next func(worker, n int) (*http.Request, error)) (stop func() (int64, error)) {
	ctx, cancel := context.WithCancel(ctx)
	var sent atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		defer tick.Stop()
		slots := make(chan struct{}, 16)
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				if err := send(ctx, next, 0, n); err != nil && ctx.Err() == nil {
					failed.Store(err)
				} else {
					sent.Add(1)
				}
			})
		}
	})
	return func() (int64, error) {
		cancel()
		all.Wait()
		err, _ := failed.Load().(error)
		return sent.Load(), err
	}
}
