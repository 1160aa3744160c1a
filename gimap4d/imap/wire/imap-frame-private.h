/* How a frame lies in memory: for the framer, which makes it, and the reader, which reads it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-frame.h"

G_BEGIN_DECLS

/* Memory that several frames lie in. What a frame covers is never written again. */
typedef struct
{
  gatomicrefcount ref_count;
  gsize size;
  guint8 *data; /* owned */
  gboolean is_mapped;
} ImapBlock;

ImapBlock *imap_block_new (gsize size);
/* For what a server has sent: NULL when there is no memory. */
ImapBlock *imap_block_try_new (gsize size);
/* For what is kept: of IMAP_LIMIT_KEPT_BLOCK octets, in one large page where the system has them. To
 * touch that many pages of the usual size for the first time costs more than to read into them. NULL
 * when there is no memory. */
ImapBlock *imap_block_new_kept (void);
ImapBlock *imap_block_ref (ImapBlock *block);
void imap_block_unref (ImapBlock *block);
gboolean imap_block_is_shared (ImapBlock *block);
/* By the only owner. FALSE when there is no memory: then the block is what it was. */
gboolean imap_block_try_resize (ImapBlock *block, gsize size);

/* A literal that lies in memory of its own. In the frame's text nothing stands for it but its head:
 * what follows the literal follows the head's line end there. */
typedef struct
{
  gsize at; /* offset into the text, right behind the head's line end */
  gsize length;
  ImapBlock *block; /* owned */
} ImapApartLiteral;

struct _ImapFrame
{
  gatomicrefcount ref_count;
  ImapBlock *block; /* owned */
  const char *text; /* in the block */
  gsize length;     /* without the closing line end */
  gsize size;       /* on the wire */
  GArray *apart;    /* owned, nullable: of ImapApartLiteral, ascending */
};

/* Takes @apart; @block gains a reference. */
ImapFrame *imap_frame_new (ImapBlock *block, gsize start, gsize length, gsize size, GArray *apart);
/* NULL when the literal that begins at @at lies in the text. */
const ImapApartLiteral *imap_frame_find_apart (const ImapFrame *frame, gsize at);

G_END_DECLS
