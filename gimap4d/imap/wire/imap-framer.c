/* Cuts the server's byte stream into responses.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-framer.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-frame-private.h"
#include "gimap4d/imap/wire/imap-literal.h"

#include <string.h>

const ImapFramerLimits imap_framer_limits_plain = {
  .line = IMAP_LIMIT_PLAIN_LINE,
  .number_line = IMAP_LIMIT_PLAIN_LINE,
  .literal = IMAP_LIMIT_PLAIN_LINE,
  .body_literal = IMAP_LIMIT_PLAIN_LINE,
  .total = IMAP_LIMIT_PLAIN_TOTAL,
};

const ImapFramerLimits imap_framer_limits_login = {
  .line = IMAP_LIMIT_LOGIN_LINE,
  .number_line = IMAP_LIMIT_LOGIN_LINE,
  .literal = IMAP_LIMIT_LOGIN_LITERAL,
  .body_literal = IMAP_LIMIT_LOGIN_LITERAL,
  .total = IMAP_LIMIT_LOGIN_TOTAL,
};

const ImapFramerLimits imap_framer_limits_open = {
  .line = IMAP_LIMIT_LINE,
  .number_line = IMAP_LIMIT_NUMBER_LINE,
  .literal = IMAP_LIMIT_LITERAL,
  .body_literal = IMAP_DEFAULT_MESSAGE_SIZE,
  .total = 0,
};

/* The literal that is being received into memory of its own. */
typedef struct
{
  ImapBlock *block; /* owned; NULL when there is none */
  gsize received;
  gsize announced;
} ApartLiteral;

struct _ImapFramer
{
  ImapFramerLimits limits;
  GError *error; /* owned, nullable: it has failed */

  ImapBlock *block; /* owned */
  /* Owned, nullable: full blocks that are used again when nobody else holds them. */
  ImapBlock *spare[IMAP_LIMIT_SPARE_BLOCKS];
  guint next_spare; /* the oldest */
  guint n_held;     /* how many times in a row there was none */
  gsize used;       /* octets of the block that were received */
  gsize start;      /* of the current frame */
  gsize piece;      /* of the text since the frame's start or its last literal */
  gsize scan;       /* no line end stands before this */
  gsize literal;    /* octets of a literal that begins at scan and lies in the block */

  gsize block_size;  /* of the next block: grows while whole blocks come in one read */
  gboolean in_apart; /* the room given by the last reserve () is in the literal */
  gsize reserved;

  ImapLinePlace place;
  gsize text_size;    /* octets of the current frame before piece, its literals not counted */
  gsize literal_size; /* of all its literals */
  ApartLiteral current;
  GArray *apart; /* owned, nullable: of ImapApartLiteral, of the current frame */

  gsize received; /* since the beginning; only differences of these three are used */
  gsize handed;   /* octets of all frames handed out */
  gsize base;     /* what was handed out when the limits were set */
};

static void
apart_literal_clear (gpointer data)
{
  ImapApartLiteral *literal = data;

  imap_block_unref (literal->block);
}

ImapFramer *
imap_framer_new (void)
{
  ImapFramer *framer = g_new0 (ImapFramer, 1);

  framer->limits = imap_framer_limits_plain;
  framer->block_size = IMAP_LIMIT_READ_BLOCK;
  framer->block = imap_block_new (framer->block_size);

  return framer;
}

static void
clear_spares (ImapFramer *framer)
{
  for (guint i = 0; i < IMAP_LIMIT_SPARE_BLOCKS; i++)
    g_clear_pointer (&framer->spare[i], imap_block_unref);
}

void
imap_framer_free (ImapFramer *framer)
{
  if (framer == NULL)
    return;

  imap_block_unref (framer->block);
  clear_spares (framer);
  g_clear_pointer (&framer->current.block, imap_block_unref);
  g_clear_pointer (&framer->apart, g_array_unref);
  g_clear_error (&framer->error);
  g_free (framer);
}

void
imap_framer_set_limits (ImapFramer *framer, const ImapFramerLimits *limits)
{
  framer->limits = *limits;
  framer->base = framer->handed;
}

/* How much larger a buffer becomes that holds @received octets and is full. */
static gsize
growth (gsize received)
{
  return CLAMP (received / 2, IMAP_LIMIT_GROWTH_STEP, IMAP_LIMIT_GROWTH_STEP_MAX);
}

/* One of the spare blocks that nobody holds any more; NULL when there is none. */
static ImapBlock *
take_spare (ImapFramer *framer, gsize size)
{
  for (guint i = 0; i < IMAP_LIMIT_SPARE_BLOCKS; i++)
    {
      ImapBlock *block = framer->spare[i];

      if (block != NULL && block->size >= size && !imap_block_is_shared (block))
        {
          framer->spare[i] = NULL;
          return block;
        }
    }

  return NULL;
}

/* Takes @block. */
static void
keep_spare (ImapFramer *framer, ImapBlock *block)
{
  ImapBlock **place = &framer->spare[framer->next_spare];

  if (block->size != IMAP_LIMIT_READ_BLOCK_MAX)
    {
      imap_block_unref (block);
      return;
    }

  framer->next_spare = (framer->next_spare + 1) % IMAP_LIMIT_SPARE_BLOCKS;
  g_clear_pointer (place, imap_block_unref);
  *place = block;
}

static ImapBlock *
get_fresh_block (ImapFramer *framer, gsize needed)
{
  ImapBlock *block = take_spare (framer, needed);

  if (block != NULL)
    {
      framer->n_held = 0;
      return block;
    }

  framer->n_held += framer->block_size == IMAP_LIMIT_READ_BLOCK_MAX;
  if (framer->n_held > IMAP_LIMIT_SPARE_BLOCKS && needed <= IMAP_LIMIT_KEPT_BLOCK)
    {
      clear_spares (framer);
      return imap_block_new_kept ();
    }

  return imap_block_try_new (needed);
}

static void fail (ImapFramer *framer, GImapError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
fail (ImapFramer *framer, GImapError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  framer->error = g_error_new_valist (G_IMAP_ERROR, code, format, arguments);
  va_end (arguments);
}

/* There is no memory for what was received: it is let go, which makes room for what comes before the
 * connection is closed. */
static void
give_up (ImapFramer *framer)
{
  if (framer->error == NULL)
    fail (framer, G_IMAP_ERROR_TOO_LARGE,
          _ ("There is no memory for more than %zu octets of a response of the server"),
          framer->received - framer->handed);

  g_clear_pointer (&framer->current.block, imap_block_unref);
  if (imap_block_is_shared (framer->block))
    {
      imap_block_unref (framer->block);
      framer->block = imap_block_new (IMAP_LIMIT_READ_BLOCK);
    }
  framer->start = framer->piece = framer->scan = framer->used = framer->literal = 0;
}

/* Makes the current frame, which has @kept octets so far, the first of its block, with room. FALSE when
 * there is no memory. */
static gboolean
move_to_fresh_block (ImapFramer *framer)
{
  gsize kept = framer->used - framer->start;
  gsize needed = kept <= framer->block_size / 2 ? framer->block_size : kept + growth (kept);

  if (imap_block_is_shared (framer->block))
    {
      ImapBlock *block = get_fresh_block (framer, needed);

      if (block == NULL)
        return FALSE;
      memcpy (block->data, framer->block->data + framer->start, kept);
      keep_spare (framer, framer->block);
      framer->block = block;
    }
  else
    {
      if (framer->block->size < needed && !imap_block_try_resize (framer->block, needed))
        return FALSE;
      if (framer->start > 0)
        memmove (framer->block->data, framer->block->data + framer->start, kept);
    }

  framer->scan -= framer->start;
  framer->piece -= framer->start;
  framer->used = kept;
  framer->start = 0;

  return TRUE;
}

/* Nothing of the block is needed any more. One for what is kept is too large to wait with. */
static void
begin_block_again (ImapFramer *framer)
{
  if (framer->block->size > IMAP_LIMIT_READ_BLOCK_MAX)
    {
      imap_block_unref (framer->block);
      framer->block = imap_block_new (framer->block_size);
      framer->n_held = 0;
    }
  framer->start = framer->piece = framer->scan = framer->used = 0;
}

static guint8 *
reserve_in_block (ImapFramer *framer, gsize *out_size)
{
  if (framer->start == framer->used && !imap_block_is_shared (framer->block))
    begin_block_again (framer);
  if (framer->block->size - framer->used < IMAP_LIMIT_READ_ROOM && !move_to_fresh_block (framer))
    give_up (framer);

  framer->in_apart = FALSE;
  framer->reserved = framer->block->size - framer->used;
  *out_size = framer->reserved;

  return framer->block->data + framer->used;
}

guint8 *
imap_framer_reserve (ImapFramer *framer, gsize *out_size)
{
  ApartLiteral *current = &framer->current;

  /* The last octets of a literal come with what follows it, in one read. */
  if (current->block == NULL || current->announced - current->received < IMAP_LIMIT_READ_ROOM)
    return reserve_in_block (framer, out_size);

  if (current->block->size - current->received < IMAP_LIMIT_READ_ROOM &&
      !imap_block_try_resize (
          current->block, MIN (current->announced, current->received + growth (current->received))))
    {
      give_up (framer);
      return reserve_in_block (framer, out_size);
    }

  framer->in_apart = TRUE;
  framer->reserved = current->block->size - current->received;
  *out_size = framer->reserved;

  return current->block->data + current->received;
}

/* Moves what belongs to the literal out of the block, where it was read with what follows it. */
static void
take_rest_of_literal (ImapFramer *framer)
{
  ApartLiteral *current = &framer->current;
  guint8 *from = framer->block->data + framer->scan;
  gsize available = framer->used - framer->scan;
  gsize taken = MIN (available, current->announced - current->received);

  if (taken == 0)
    return;
  if (current->block->size < current->received + taken &&
      !imap_block_try_resize (current->block, MIN (current->announced, current->received + taken +
                                                                           IMAP_LIMIT_READ_ROOM)))
    {
      give_up (framer);
      return;
    }

  memcpy (current->block->data + current->received, from, taken);
  memmove (from, from + taken, available - taken);
  current->received += taken;
  framer->used -= taken;
}

void
imap_framer_commit (ImapFramer *framer, gsize n_read)
{
  g_assert (n_read <= framer->reserved);

  framer->received += n_read;
  if (framer->in_apart)
    {
      framer->current.received += n_read;
    }
  else
    {
      if (n_read == framer->reserved)
        framer->block_size = MIN (framer->block_size * 2, IMAP_LIMIT_READ_BLOCK_MAX);
      framer->used += n_read;
      if (framer->current.block != NULL)
        take_rest_of_literal (framer);
    }
  framer->reserved = 0;
}

void
imap_framer_feed (ImapFramer *framer, const void *data, gsize size)
{
  const guint8 *from = data;

  while (size > 0)
    {
      gsize room;
      guint8 *to = imap_framer_reserve (framer, &room);
      gsize n = MIN (room, size);

      memcpy (to, from, n);
      imap_framer_commit (framer, n);
      from += n;
      size -= n;
    }
}

/* @n_text octets of text, whole or cut, belong to the current frame. */
static gboolean
check_line (ImapFramer *framer, gsize n_text)
{
  gsize limit = framer->limits.line;

  if (n_text <= limit)
    return TRUE;
  if (n_text <= framer->limits.number_line &&
      imap_literal_is_number_line ((const char *) framer->block->data + framer->start,
                                   framer->used - framer->start))
    return TRUE;

  if (imap_literal_is_number_line ((const char *) framer->block->data + framer->start,
                                   framer->used - framer->start))
    limit = framer->limits.number_line;
  fail (framer, G_IMAP_ERROR_TOO_LARGE,
        _ ("The server sent a line of %zu octets or more, where at most %zu are taken"), n_text,
        limit);

  return FALSE;
}

/* Counts @n_frame octets of the current frame to those handed out before. */
static gboolean
check_total (ImapFramer *framer, gsize n_frame)
{
  gsize so_far = framer->handed - framer->base + n_frame;
  gsize limit = framer->limits.total;

  if (limit == 0 || so_far <= limit)
    return TRUE;

  fail (framer, G_IMAP_ERROR_TOO_LARGE,
        _ ("The server sent %zu octets, where at most %zu are taken at this stage"), so_far, limit);

  return FALSE;
}

static gboolean
check_literal (ImapFramer *framer, const char *line, gsize length, gsize size)
{
  gsize limit = framer->limits.literal;
  gsize response_limit = framer->limits.body_literal + IMAP_LIMIT_RESPONSE_SURPLUS;

  /* Most are below both, and are not looked at. */
  if (size > MIN (limit, framer->limits.body_literal) && imap_literal_is_body (line, length))
    limit = framer->limits.body_literal;
  if (size > limit)
    {
      fail (framer, G_IMAP_ERROR_TOO_LARGE,
            _ ("The server announced a literal of %zu octets, where at most %zu are taken"), size,
            limit);
      return FALSE;
    }
  if (framer->literal_size + size > response_limit)
    {
      fail (framer, G_IMAP_ERROR_TOO_LARGE,
            _ ("The server sent a response of %zu octets, where at most %zu are taken"),
            framer->literal_size + size, response_limit);
      return FALSE;
    }

  return TRUE;
}

/* A literal of @size octets begins at framer->scan. One that is large and not here yet gets memory
 * of its own, which grows with what comes. */
static void
begin_literal (ImapFramer *framer, gsize size)
{
  ApartLiteral *current = &framer->current;

  framer->literal_size += size;
  framer->piece = framer->scan;
  framer->literal = size;
  if (size < IMAP_LIMIT_LITERAL_APART || framer->used - framer->scan >= size)
    return;

  framer->literal = 0;
  current->announced = size;
  current->received = 0;
  current->block = imap_block_try_new (size <= IMAP_LIMIT_LITERAL_AT_ONCE ?
                                           size :
                                           framer->used - framer->scan +
                                               (gsize) IMAP_LIMIT_GROWTH_STEP);
  if (current->block != NULL)
    take_rest_of_literal (framer);
  else
    give_up (framer);
}

static void
end_apart_literal (ImapFramer *framer)
{
  ImapApartLiteral literal = {
    .at = framer->scan - framer->start,
    .length = framer->current.announced,
    .block = framer->current.block,
  };

  if (framer->apart == NULL)
    {
      framer->apart = g_array_new (FALSE, FALSE, sizeof (ImapApartLiteral));
      g_array_set_clear_func (framer->apart, apart_literal_clear);
    }
  g_array_append_val (framer->apart, literal);
  framer->current.block = NULL;
}

/* TRUE when the literal that begins at framer->scan, if any, is here whole; it is behind us then. */
static gboolean
pass_literal (ImapFramer *framer)
{
  if (framer->current.block != NULL)
    {
      if (framer->current.received < framer->current.announced)
        return FALSE;
      end_apart_literal (framer);
    }

  if (framer->used - framer->scan < framer->literal)
    return FALSE;
  if (framer->literal > 0)
    framer->piece = framer->scan += framer->literal;
  framer->literal = 0;

  return TRUE;
}

static ImapFrame *
end_frame (ImapFramer *framer, gsize length, gsize size)
{
  ImapFrame *frame = imap_frame_new (framer->block, framer->start, length, size,
                                     g_steal_pointer (&framer->apart));

  framer->handed += size;
  framer->start = framer->piece = framer->scan;
  framer->text_size = framer->literal_size = 0;
  framer->place = IMAP_LINE_START;

  return frame;
}

static ImapFramerResult
need_more (ImapFramer *framer)
{
  if (!check_total (framer, framer->received - framer->handed))
    return IMAP_FRAMER_FAILED;

  return IMAP_FRAMER_NEED_MORE;
}

/* Looks at what came since the last line end. */
static ImapFramerResult
wait_for_line_end (ImapFramer *framer)
{
  gsize length = framer->used - framer->piece;

  framer->scan = framer->used;
  if (length > 0 && framer->block->data[framer->used - 1] == '\r')
    length--;
  if (!check_line (framer, framer->text_size + length))
    return IMAP_FRAMER_FAILED;

  return need_more (framer);
}

/* One line is here: it ends the frame, or announces a literal. */
static ImapFramerResult
take_line (ImapFramer *framer, gsize line_end, ImapFrame **out_frame)
{
  const char *line = (const char *) framer->block->data + framer->piece;
  gsize length = line_end - framer->piece;
  gsize size;

  framer->scan = line_end + 1;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (!check_line (framer, framer->text_size + length))
    return IMAP_FRAMER_FAILED;

  if (length > 0 && line[length - 1] == '}')
    switch (imap_literal_find (line, length, &framer->place, &size))
      {
      case IMAP_LITERAL_FOUND:
        if (!check_literal (framer, line, length, size))
          return IMAP_FRAMER_FAILED;
        framer->text_size += framer->scan - framer->piece;
        begin_literal (framer, size);
        return framer->error == NULL ? IMAP_FRAMER_NEED_MORE : IMAP_FRAMER_FAILED;
      case IMAP_LITERAL_MALFORMED:
        fail (framer, G_IMAP_ERROR_PROTOCOL,
              _ ("The server announced a literal whose length is no number: “%.*s”"),
              (int) MIN (length, 40), line + length - MIN (length, 40));
        return IMAP_FRAMER_FAILED;
      case IMAP_LITERAL_NONE:
      default:
        break;
      }

  framer->text_size += framer->scan - framer->piece;
  if (!check_total (framer, framer->text_size + framer->literal_size))
    return IMAP_FRAMER_FAILED;
  *out_frame = end_frame (framer, framer->piece + length - framer->start,
                          framer->text_size + framer->literal_size);

  return IMAP_FRAMER_FRAME;
}

static ImapFramerResult
find_next (ImapFramer *framer, ImapFrame **out_frame)
{
  ImapFramerResult result = IMAP_FRAMER_NEED_MORE;

  while (result == IMAP_FRAMER_NEED_MORE)
    {
      const guint8 *line_end;

      if (!pass_literal (framer))
        return need_more (framer);

      line_end = memchr (framer->block->data + framer->scan, '\n', framer->used - framer->scan);
      if (line_end == NULL)
        return wait_for_line_end (framer);
      result = take_line (framer, line_end - framer->block->data, out_frame);
    }

  return result;
}

ImapFramerResult
imap_framer_next (ImapFramer *framer, ImapFrame **out_frame, GError **error)
{
  ImapFramerResult result = IMAP_FRAMER_FAILED;

  if (framer->error == NULL)
    result = find_next (framer, out_frame);
  if (result == IMAP_FRAMER_FAILED)
    g_propagate_error (error, g_error_copy (framer->error));

  return result;
}

gsize
imap_framer_get_pending (const ImapFramer *framer)
{
  return framer->received - framer->handed;
}

GBytes *
imap_framer_dup_pending (const ImapFramer *framer)
{
  g_assert (framer->current.block == NULL);

  return g_bytes_new (framer->block->data + framer->start, framer->used - framer->start);
}

gboolean
imap_framer_get_literal_progress (const ImapFramer *framer,
                                  gsize *out_received,
                                  gsize *out_announced)
{
  gsize received = MIN (framer->used - framer->scan, framer->literal);
  gsize announced = framer->literal;

  if (framer->current.block != NULL)
    {
      received = framer->current.received;
      announced = framer->current.announced;
    }
  if (out_received != NULL)
    *out_received = received;
  if (out_announced != NULL)
    *out_announced = announced;

  return received < announced;
}
