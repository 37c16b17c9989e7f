// Package hook is webhooks: any program can push what was said to a source of
// kind webhook, signed as Standard Webhooks says
// (github.com/standard-webhooks/standard-webhooks).
//
// Tables: hook, hook_delivery. What always holds:
//
//   - Nothing is taken that is not signed with a secret of the source, at most
//     five minutes ago.
//   - A secret is shown once. The one before a new one opens for a day more.
//   - The same delivery (webhook-id) again changes nothing: it is known for a
//     week once it was stored whole, and before that its rows are known by
//     what names a mention.
//   - What is refused says why on the source, too.
package hook
