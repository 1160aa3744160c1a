/* Cuts the server's byte stream into responses. Pure: it is given bytes and gives frames.
 *
 * Bytes are read right into the framer's own memory, and a frame is a slice of it: nothing is copied
 * but the rest of a frame that crosses a block. It never looks at a byte inside a literal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-frame.h"

G_BEGIN_DECLS

typedef struct _ImapFramer ImapFramer;

typedef enum
{
  IMAP_FRAMER_NEED_MORE,
  IMAP_FRAMER_FRAME,
  IMAP_FRAMER_FAILED,
} ImapFramerResult;

/* What the framer takes at this stage of the connection, in octets; see gimap4d-limits.h. */
typedef struct
{
  gsize line;         /* one line, literals not counted */
  gsize number_line;  /* the same for SEARCH, SORT, ESEARCH, THREAD and VANISHED */
  gsize literal;      /* a literal that is not a body section */
  gsize body_literal; /* a literal right behind BODY[…], BINARY[…] or RFC822* in a FETCH */
  gsize total;        /* all that may come until the limits are set again; 0 = no limit */
} ImapFramerLimits;

extern const ImapFramerLimits imap_framer_limits_plain; /* before TLS */
extern const ImapFramerLimits imap_framer_limits_login; /* before login */
extern const ImapFramerLimits imap_framer_limits_open;  /* after it */

ImapFramer *imap_framer_new (void);
void imap_framer_free (ImapFramer *framer);
void imap_framer_set_limits (ImapFramer *framer, const ImapFramerLimits *limits);

/* Where the next bytes go: at least 16 KiB of room, more inside a large literal. Valid until
 * the next call on the framer. */
guint8 *imap_framer_reserve (ImapFramer *framer, gsize *out_size);
void imap_framer_commit (ImapFramer *framer, gsize n_read);

/* For tests: the same as reserve, copy and commit until all is in. */
void imap_framer_feed (ImapFramer *framer, const void *data, gsize size);

/* The next whole frame, in the order in which they came. FAILED is final. */
ImapFramerResult imap_framer_next (ImapFramer *framer, ImapFrame **out_frame, GError **error);

/* Octets received that belong to no frame handed out yet (surplus after STARTTLS, a cut reply). */
gsize imap_framer_get_pending (const ImapFramer *framer);
/* A copy of them, right after a frame was handed out. */
GBytes *imap_framer_dup_pending (const ImapFramer *framer);
/* While inside a literal: octets of it received, and octets announced. */
/* Both results may be NULL. */
gboolean imap_framer_get_literal_progress (const ImapFramer *framer,
                                           gsize *out_received,
                                           gsize *out_announced);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapFramer, imap_framer_free)

G_END_DECLS
