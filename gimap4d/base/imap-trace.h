/* The log file of a connection: the whole dialogue with direction and time, without its secrets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ImapTrace ImapTrace;

/* @path: absolute, or relative to the user's state folder. The folder is made, the file is opened
 * for appending with mode 0600. */
ImapTrace *imap_trace_new (const char *path, GError **error);
void imap_trace_free (ImapTrace *trace);

/* The folder that relative paths are taken from: g_get_user_state_dir () / gimap4d. */
char *imap_trace_dup_folder (void);

/* A text that must never be written: it is blanked in everything, as it is, in base64 and percent-encoded. */
void imap_trace_add_secret (ImapTrace *trace, const char *secret);
/* Those that are of no use to anybody any more. */
void imap_trace_forget_secrets (ImapTrace *trace);

/* Each is written at once as lines that begin with the time and ">", "<" or "*". @trace may be NULL. */
void imap_trace_sent (ImapTrace *trace, const void *data, gsize size);
void imap_trace_sent_secret (ImapTrace *trace, gsize size);
void imap_trace_received (ImapTrace *trace, const void *data, gsize size);
void imap_trace_note (ImapTrace *trace, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same blanking for a text that goes into an error: NULL secrets are passed over. */
char *imap_trace_blank (const char *text, const char *const *secrets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapTrace, imap_trace_free)

G_END_DECLS
