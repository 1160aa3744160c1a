/* What is kept of a box, what is asked for of many mails, and what comes compressed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "linear.h"

#include "gimap4d/imap/command/imap-mail-map.h"
#include "gimap4d/imap/net/imap-deflate.h"
#include "gimap4d/imap/wire/imap-criteria.h"
#include "gimap4d/imap/wire/imap-utf7.h"
#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

/* Numbers in the order in which their mails go. All are there first. */
static void
expunge (GString *input)
{
  g_autoptr (GString) numbers = g_string_new_len (input->str, (gssize) input->len);
  ImapFlagSets *sets = imap_flag_sets_new ();
  g_autoptr (ImapMailMap) map = imap_mail_map_new (sets);
  char *next = NULL;
  guint n = 0;

  for (const char *c = input->str; *c != '\0'; c++)
    n += *c == ' ';
  for (guint32 uid = 1; uid <= n; uid++)
    imap_mail_map_append (map, 2 * uid, 0);
  for (char *at = numbers->str; *at != '\0'; at = next + 1)
    imap_mail_map_remove_number (map, (guint32) strtoul (at, &next, 10));
  imap_flag_sets_unref (sets);
}

static void
split_set (GString *input)
{
  g_autoptr (ImapUidSet) set = imap_uid_set_parse (input->str, -1, NULL);
  g_autoptr (ImapUidSet) other = imap_uid_set_new_range (1, 50);
  g_autoptr (ImapUidSet) both = imap_uid_set_unite (set, other);
  g_autoptr (ImapUidSet) rest = imap_uid_set_subtract (both, other);
  g_autoptr (GPtrArray)
      pieces = imap_uid_set_split (rest, IMAP_LIMIT_COMMAND_UIDS, IMAP_LIMIT_COMMAND_SET_BYTES);
  g_autofree char *text = imap_uid_set_to_string (set);

  for (guint i = 0; i < imap_uid_set_get_size (set); i++)
    g_assert_true (imap_uid_set_contains (set, imap_uid_set_get_id (set, i)));
}

static void
read_flag_sets (GString *input)
{
  ImapFlagSets *sets = imap_flag_sets_new ();
  g_auto (GStrv) words = g_strsplit (input->str, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *const flags[] = { words[i], "\\Seen", NULL };

      imap_flag_sets_find (sets, flags);
    }
  imap_flag_sets_unref (sets);
}

static void
read_criteria (GString *input)
{
  g_autoptr (ImapCriteria) criteria = imap_criteria_parse (input->str, NULL);
  g_autofree char *text = criteria != NULL ? imap_criteria_to_string (criteria) : NULL;
}

static void
write_name (GString *input)
{
  g_autofree char *encoded = imap_utf7_encode (input->str);
  g_autofree char *decoded = imap_utf7_decode (encoded, strlen (encoded));
}

static void
inflate (GString *input)
{
  g_autoptr (ImapDeflate) deflate = imap_deflate_new ();
  g_autoptr (GBytes) plain = g_bytes_new (input->str, input->len);
  g_autoptr (GBytes) compressed = imap_deflate_compress (deflate, plain, TRUE, NULL);
  guint8 buffer[1021];
  gsize size = 0;

  imap_deflate_feed (deflate, compressed);
  while (imap_deflate_inflate (deflate, buffer, sizeof buffer, &size, NULL) == IMAP_INFLATE_DATA)
    continue;
}

const LinearPattern linear_session[] = {
  { "P15-sets", 3000, split_set, "1", ",%r2:%r7,%u9", "" },
  { "P25-mails-asked-for", 3000, split_set, "1", ",%u3", "" },
  { "P30-criteria", 1500, read_criteria, "SEEN", " SUBJECT \"a%u\"", "" },
  { "P30-criteria-of-one-text", 6000, read_criteria, "SUBJECT \"", "ü\\\"", "\"" },
  { "P30-deep-criteria", 15, read_criteria, "", "(NOT ", "SEEN", ")" },
  { "P30-too-deep-criteria", 3000, read_criteria, "", "(NOT ", "SEEN", ")" },
  { "P30-alternatives", 30, read_criteria, "", "OR SEEN ", "SEEN" },
  { "P30-name", 3000, write_name, "", "&ü", "" },
  { "P22-sets-of-keywords", 3000, read_flag_sets, "a", " b%u", "" },
  { "R09-bomb", 60, inflate, "", "%L", "" },
  { "D10-first-mails-go", 20000, expunge, "", "1 ", "" },
  { "D10-last-mails-go", 60000, expunge, "", "%r ", "" },
  { "D16-copies", 3000, split_set, "1", ",%u3:%u5", "" },
  { "D17-batches", 6000, split_set, "1", ",%u1", "" },
  { NULL },
};
