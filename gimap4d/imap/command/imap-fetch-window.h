/* UID FETCH of a piece of one body section: how a large mail is read without holding it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_WINDOW_RAW,
  IMAP_WINDOW_DECODED,      /* by the server (BINARY, RFC 3516) */
  IMAP_WINDOW_BEST_DECODED, /* the same where the server can do that, else raw */
} ImapWindowForm;

typedef struct
{
  GBytes *bytes; /* shorter than asked for at the end of the section */
  gboolean is_decoded;
  guint64 total; /* octets of the section when it is decoded */
  char *box;
  guint32 uid_validity;
} ImapWindow;

void imap_window_free (ImapWindow *window);

/* @section: "" for the whole mail, else a part ("1.2") or what belongs to one ("1.2.MIME"). The result is an
 * ImapWindow; G_IMAP_ERROR_NOT_FOUND when there is no such mail or section. */
gpointer imap_fetch_window_operation_new (
    guint32 uid, const char *section, guint64 offset, guint32 length, gboolean update_seen);

/* @section: the part alone. @total: what a first piece has told, 0 for that one. A piece that has another
 * size than it has to have is G_IMAP_ERROR_PROTOCOL; a first one with BEST_DECODED is raw then. */
void imap_fetch_window_operation_set_form (gpointer operation, ImapWindowForm form, guint64 total);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapWindow, imap_window_free)

G_END_DECLS
