/* The two directions of a compressed connection (RFC 4978): no I/O.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ImapDeflate ImapDeflate;

typedef enum
{
  IMAP_INFLATE_NEED_MORE,
  IMAP_INFLATE_DATA,
  IMAP_INFLATE_ENDED, /* the server has ended its side, and sends nothing more that counts */
  IMAP_INFLATE_FAILED,
} ImapInflateResult;

ImapDeflate *imap_deflate_new (void);
void imap_deflate_free (ImapDeflate *deflate);

/* What is to be sent for these octets. With @is_whole all that was given so far comes out, so that
 * the other side can act on it. */
GBytes *imap_deflate_compress (ImapDeflate *deflate,
                               GBytes *plain,
                               gboolean is_whole,
                               GError **error);

/* Where the next octets from the server go; only when inflate () needs more. */
guint8 *imap_deflate_reserve (ImapDeflate *deflate, gsize *out_size);
void imap_deflate_commit (ImapDeflate *deflate, gsize n_read);
/* The same with a copy; any amount. */
void imap_deflate_feed (ImapDeflate *deflate, GBytes *compressed);

/* Fills @room at most, and never more than IMAP_LIMIT_INFLATE_STEP: however much is hidden in what
 * came, whoever reads it has looked at this piece before the next one is made. Fails with
 * G_IMAP_ERROR_PROTOCOL. */
ImapInflateResult imap_deflate_inflate (
    ImapDeflate *deflate, guint8 *buffer, gsize room, gsize *out_size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapDeflate, imap_deflate_free)

G_END_DECLS
