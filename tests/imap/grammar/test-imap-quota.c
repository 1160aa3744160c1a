/* QUOTA.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-quota-data.h"

static gboolean
parse (const char *data, GPtrArray *items, GError **error)
{
  g_autofree char *line = g_strconcat ("* QUOTA ", data, NULL);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_auto (ImapResponse) response = { 0 };

  g_assert_true (imap_response_parse (&response, frame, NULL));
  g_assert_cmpint (response.type, ==, IMAP_DATA_QUOTA);

  return imap_data_parse_quota (&response, items, error);
}

/* P33: a number that is none costs that number. */
static void
test_p33_quota (void)
{
  static const char *const rows[][2] = {
    { "\"\" (STORAGE 10 512)", "/STORAGE/10/512 " },
    { "\"User quota\" (STORAGE 10 512 MESSAGE 3 100)",
      "User quota/STORAGE/10/512 User quota/MESSAGE/3/100 " },
    { "root (storage 9223372036854775807 9223372036854775808)",
      "root/STORAGE/9223372036854775807/-1 " },
    { "root (STORAGE x -1 MESSAGE 1 2)", "root/STORAGE/-1/-1 root/MESSAGE/1/2 " },
    { "root (STORAGE 99999999999999999999999 NIL)", "root/STORAGE/-1/-1 " },
    { "root ( STORAGE  1  2 ) ", "root/STORAGE/1/2 " },
    { "{4}\r\nr\xc3\xb6o (X 1.5e3 2)", "röo/X/1500/2 " },
    { "root ()", "" },
    { "root (STORAGE)", "" },
    { "root (STORAGE 1)", "root/STORAGE/1/-1 " },
    { "root (STORAGE 1 2", "root/STORAGE/1/2 " },
    { "root", "" },
    { "(STORAGE 1 2)", "" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray)
          items = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_quota_item_free);
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_true (parse (rows[i][0], items, NULL));
      for (guint j = 0; j < items->len; j++)
        {
          const ImapQuotaItem *item = g_ptr_array_index (items, j);

          g_string_append_printf (text, "%s/%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " ",
                                  item->root, item->resource, item->usage, item->limit);
        }
      g_assert_cmpstr (text->str, ==, rows[i][1]);
    }
}

static void
test_many (void)
{
  g_autoptr (GPtrArray)
      items = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_quota_item_free);
  g_autoptr (GString) text = g_string_new ("root (");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= IMAP_LIMIT_QUOTAS; i++)
    g_string_append (text, "STORAGE 1 2 ");
  g_string_append_c (text, ')');
  g_assert_false (parse (text->str, items, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/quota/P33-quota", test_p33_quota);
  g_test_add_func ("/quota/many", test_many);

  return g_test_run ();
}
