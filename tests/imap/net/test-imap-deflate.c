/* The two directions of a compressed connection.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/net/imap-deflate.h"

#include <string.h>

static GBytes *
make_plain (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) ((i * 7919 >> 3) ^ i);

  return g_bytes_new_take (data, size);
}

/* Inflates all that there is, and never more in a step than is allowed. */
static ImapInflateResult
inflate_all (ImapDeflate *deflate, gsize room, GByteArray *output, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (room);
  ImapInflateResult result;
  gsize size;

  while ((result = imap_deflate_inflate (deflate, buffer, room, &size, error)) == IMAP_INFLATE_DATA)
    {
      g_assert_cmpuint (size, >, 0);
      g_assert_cmpuint (size, <=, MIN (room, IMAP_LIMIT_INFLATE_STEP));
      g_byte_array_append (output, buffer, size);
    }

  return result;
}

/* Whatever the pieces, what was flushed comes out on the other side. */
static void
test_round_trip (void)
{
  static const gsize sizes[] = { 0, 1, 100, 16383, 16384, 65536, 1000000 };
  g_autoptr (ImapDeflate) client = imap_deflate_new ();
  g_autoptr (ImapDeflate) server = imap_deflate_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint room = 1000; room <= 200000; room *= 10)
      {
        g_autoptr (GBytes) plain = make_plain (sizes[i]);
        g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
        g_autoptr (GBytes) first = imap_deflate_compress (client, plain, FALSE, NULL);
        g_autoptr (GBytes) second = imap_deflate_compress (client, empty, TRUE, NULL);
        g_autoptr (GByteArray) output = g_byte_array_new ();

        imap_deflate_feed (server, first);
        g_assert_cmpint (inflate_all (server, room, output, NULL), ==, IMAP_INFLATE_NEED_MORE);
        imap_deflate_feed (server, second);
        g_assert_cmpint (inflate_all (server, room, output, NULL), ==, IMAP_INFLATE_NEED_MORE);
        g_assert_cmpmem (output->data, output->len, g_bytes_get_data (plain, NULL), sizes[i]);
      }
}

static void
test_octet_by_octet (void)
{
  g_autoptr (ImapDeflate) client = imap_deflate_new ();
  g_autoptr (ImapDeflate) server = imap_deflate_new ();
  g_autoptr (GBytes) plain = make_plain (5000);
  g_autoptr (GBytes) compressed = imap_deflate_compress (client, plain, TRUE, NULL);
  g_autoptr (GByteArray) output = g_byte_array_new ();

  for (gsize i = 0; i < g_bytes_get_size (compressed); i++)
    {
      gsize room;

      *imap_deflate_reserve (server,
                             &room) = ((const guint8 *) g_bytes_get_data (compressed, NULL))[i];
      imap_deflate_commit (server, 1);
      g_assert_cmpint (inflate_all (server, 100, output, NULL), ==, IMAP_INFLATE_NEED_MORE);
    }
  g_assert_cmpmem (output->data, output->len, g_bytes_get_data (plain, NULL), 5000);
}

static const struct
{
  const char *name;
  const char *octets;
  gsize size;
  ImapInflateResult result;
} ends[] = {
  { "reserved-type", "\x07", 1, IMAP_INFLATE_FAILED },
  { "bad-length", "\x00\x01\x00\x01\x00", 5, IMAP_INFLATE_FAILED },
  { "zlib-header", "\x78\x9c\x03\x00\x00\x00\x00\x01", 8, IMAP_INFLATE_FAILED },
  { "dictionary", "\x78\xbb\x12\x34\x56\x78", 6, IMAP_INFLATE_FAILED },
  { "ended", "\x03\x00", 2, IMAP_INFLATE_ENDED },
  { "ended-and-more", "\x03\x00* BYE\r\n", 9, IMAP_INFLATE_ENDED },
  { "cut", "\x4a", 1, IMAP_INFLATE_NEED_MORE },
};

static void
test_end (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ImapDeflate) deflate = imap_deflate_new ();
  g_autoptr (GBytes) octets = g_bytes_new_static (ends[i].octets, ends[i].size);
  g_autoptr (GByteArray) output = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  imap_deflate_feed (deflate, octets);
  g_assert_cmpint (inflate_all (deflate, 100, output, &error), ==, ends[i].result);
  if (ends[i].result == IMAP_INFLATE_FAILED)
    g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
  else
    g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deflate/round-trip", test_round_trip);
  g_test_add_func ("/deflate/octet-by-octet", test_octet_by_octet);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strdup_printf ("/deflate/r09-%s", ends[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_end);
    }

  return g_test_run ();
}
