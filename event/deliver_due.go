package event

import "context"

// DeliverDue sends what is due and returns. Commands and tests use it in place
// of Deliver.
func (l *Log) DeliverDue(ctx context.Context, d Deliverer) error {
	for {
		idle, err := l.deliverDue(ctx, d)
		if idle || err != nil {
			return err
		}
	}
}
