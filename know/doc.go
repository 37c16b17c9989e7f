// Package know is who: people, the accounts they speak from, how they sign in,
// what they may do, the mails they want, and the site's own settings.
//
// Tables: person, account, account_move, session, token, signin_link,
// mail_choice, revision, blob, setting, tally, kept_words. What always holds:
//
//   - What is said hangs on an account; votes, roles and consent on a person.
//   - Secrets (sessions, tokens, links) are stored as SHA-256 only.
//   - A one-time link works once, for 15 minutes (invitations: 7 days).
//   - May alone decides what is allowed; everything else asks it.
//   - An erased person has no name, address or session left; their id stays,
//     so that counts and other people's words stay true.
package know
