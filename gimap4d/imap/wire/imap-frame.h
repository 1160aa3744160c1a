/* One whole response of the server as it lies in memory: its line with the literals in it.
 *
 * A frame is immutable and may be kept and read in any thread; it holds the block that it lies in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ImapFrame ImapFrame;

/* A frame of its own memory, for tests and fuzzers: @text is the line without the closing CRLF, with
 * the literals as they come on the wire ("{3}\r\nabc"). */
ImapFrame *imap_frame_new_from_text (const char *text, gssize length);
ImapFrame *imap_frame_ref (ImapFrame *frame);
void imap_frame_unref (ImapFrame *frame);

/* Octets that the frame took on the wire, literals included. */
gsize imap_frame_get_size (const ImapFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapFrame, imap_frame_unref)

G_END_DECLS
