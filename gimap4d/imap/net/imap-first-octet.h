/* A stream over another one that remembers the octet with which its input began.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define IMAP_TYPE_FIRST_OCTET_STREAM (imap_first_octet_stream_get_type ())
G_DECLARE_FINAL_TYPE (
    ImapFirstOctetStream, imap_first_octet_stream, IMAP, FIRST_OCTET_STREAM, GIOStream)

/* @base has pollable streams. Closing this one closes it. */
GIOStream *imap_first_octet_stream_new (GIOStream *base);
/* Returns: (transfer none) */
GIOStream *imap_first_octet_stream_get_base (ImapFirstOctetStream *self);
/* -1: nothing has come. Not while another thread reads. */
int imap_first_octet_stream_get_octet (ImapFirstOctetStream *self);

G_END_DECLS
