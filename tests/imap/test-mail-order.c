/* Subjects without their "Re:", and threads of mails as senders may make them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/imap-base-subject.h"
#include "gimap4d/imap/imap-mail-order.h"
#include "gimap4d/imap/imap-thread-private.h"

#include <string.h>

static void
test_base_subject (void)
{
  static const struct
  {
    const char *subject;
    const char *base;
    gboolean is_answer;
  } rows[] = {
    { NULL, "", FALSE },
    { "", "", FALSE },
    { "Plans", "Plans", FALSE },
    { "  Plans\t of\r\n  today ", "Plans of today", FALSE },
    { "Re: Plans", "Plans", TRUE },
    { "RE: re: Re:Plans", "Plans", TRUE },
    { "Fw: Plans", "Plans", TRUE },
    { "fwd: Plans", "Plans", TRUE },
    { "Re [2]: Plans", "Plans", TRUE },
    { "Re[2]: Plans", "Plans", TRUE },
    { "[list] Re: Plans", "Plans", TRUE },
    { "[a] [b] Plans", "Plans", FALSE },
    { "[list]", "[list]", FALSE },
    { "Re: [list]", "[list]", TRUE },
    { "Plans (fwd)", "Plans", TRUE },
    { "Plans (FWD) (fwd) ", "Plans", TRUE },
    { "[Fwd: Plans]", "Plans", TRUE },
    { "[fwd: Re: [x] Plans (fwd)]", "Plans", TRUE },
    { "[fwd:]", "", TRUE },
    { "[fwd: Plans", "[fwd: Plans", FALSE },
    { "Reply", "Reply", FALSE },
    { "Re", "Re", FALSE },
    { "Re:", "", TRUE },
    { "Re : Plans", "Plans", TRUE },
    { "AW: Plans", "AW: Plans", FALSE },
    { "(fwd)", "", TRUE },
    { "[[x] Plans", "[[x] Plans", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean is_answer = !rows[i].is_answer;
      g_autofree char *base = imap_base_subject (rows[i].subject, &is_answer);

      g_test_message ("%s", rows[i].subject);
      g_assert_cmpstr (base, ==, rows[i].base);
      g_assert_true (is_answer == rows[i].is_answer);
    }
}

static void
test_casemap (void)
{
  static const char *const same[][2] = {
    { "ÉTÉ", "e\xcc\x81te\xcc\x81" },
    { "straSSe", "STRASSE" },
    { "ﬁn", "FIN" },
    { "a", "A" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *left = imap_casemap (same[i][0]);
      g_autofree char *right = imap_casemap (same[i][1]);

      g_assert_cmpint (strcmp (left, right) == 0, ==, i != 2);
    }
}

/* A thread of the header fields of one mail. */
static ImapFetch
make_fetch (guint32 uid, const char *fields)
{
  g_autofree char *line = g_strdup_printf (
      "* %u FETCH (UID %u INTERNALDATE \"01-Mar-2024 00:00:00 +0000\" RFC822.SIZE %u "
      "BODY[HEADER.FIELDS (X)] {%zu}\r\n%s)",
      uid, uid, uid, strlen (fields), fields);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_auto (ImapResponse) response = { 0 };
  ImapFetch fetch;

  g_assert_true (imap_response_parse (&response, frame, NULL));
  g_assert_true (imap_data_parse_fetch (&response, &fetch, NULL));

  return fetch;
}

static guint
measure_depth (ImapThreadTree *tree)
{
  g_autofree guint *depths = g_new0 (guint, imap_thread_tree_get_size (tree));
  guint deepest = 0;

  /* A parent was added before its children. */
  for (guint i = 0; i < imap_thread_tree_get_size (tree); i++)
    for (guint child = imap_thread_tree_get_first_child (tree, i); child != 0;
         child = imap_thread_tree_get_next_sibling (tree, child))
      {
        depths[child] = depths[i] + 1;
        deepest = MAX (deepest, depths[child]);
      }

  return deepest;
}

/* A hundred thousand mails, each of which answers the one before or behind it: found in the end, no
 * deeper than is good. */
static void
test_long_chain (void)
{
  for (int direction = -1; direction <= 1; direction += 2)
    {
      g_autoptr (GArray) fetches = g_array_new (FALSE, FALSE, sizeof (ImapFetch));
      g_autoptr (ImapThreadTree) tree = NULL;

      g_array_set_clear_func (fetches, (GDestroyNotify) imap_fetch_clear);
      for (guint i = 1; i <= 100000; i++)
        {
          g_autofree char *fields = g_strdup_printf (
              "Message-ID: <%u@x>\r\nIn-Reply-To: <%u@x>\r\n\r\n", i, i + direction);
          ImapFetch fetch = make_fetch (i, fields);

          g_array_append_val (fetches, fetch);
        }
      tree = imap_mail_order_thread (fetches, IMAP_THREAD_REFERENCES);
      g_assert_cmpuint (imap_thread_tree_get_size (tree), ==, 100001);
      g_assert_cmpuint (measure_depth (tree), <=, IMAP_LIMIT_THREAD_DEPTH + 2);
      g_assert_cmpuint (measure_depth (tree), >, 100);
    }
}

static char *
describe_tree (ImapThreadTree *tree)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));
  guint node = imap_thread_tree_get_first_child (tree, 0);

  for (;;)
    {
      while (node != 0)
        {
          g_string_append_printf (text, "(%u", imap_thread_tree_get_uid (tree, node));
          g_array_append_val (stack, node);
          node = imap_thread_tree_get_first_child (tree, node);
        }
      if (stack->len == 0)
        break;
      g_string_append_c (text, ')');
      node = imap_thread_tree_get_next_sibling (tree, g_array_index (stack, guint, stack->len - 1));
      g_array_set_size (stack, stack->len - 1);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Rings, mails that answer themselves, fields that say nothing. */
static void
test_odd_references (void)
{
  static const char *const mails[] = {
    "Message-ID: <1@x>\r\nReferences: <1@x>\r\n\r\n",
    "Message-ID: <2@x>\r\nReferences: <3@x>\r\n\r\n",
    "Message-ID: <3@x>\r\nReferences: <2@x>\r\n\r\n",
    "References: nonsense\r\nIn-Reply-To: <1@x> <2@x>\r\n\r\n",
    "Message-ID: <5@x>\r\nReferences: <a@x> <b@x> <a@x> <b@x>\r\n\r\n",
    "",
    "Message-ID: nonsense\r\nSubject: \xff\xfe\r\nDate: never\r\n\r\n",
  };
  g_autoptr (GArray) fetches = g_array_new (FALSE, FALSE, sizeof (ImapFetch));
  g_autoptr (ImapThreadTree) tree = NULL;
  g_autofree char *text = NULL;

  g_array_set_clear_func (fetches, (GDestroyNotify) imap_fetch_clear);
  for (guint i = 0; i < G_N_ELEMENTS (mails); i++)
    {
      ImapFetch fetch = make_fetch (i + 1, mails[i]);

      g_array_append_val (fetches, fetch);
    }
  tree = imap_mail_order_thread (fetches, IMAP_THREAD_REFERENCES);
  text = describe_tree (tree);
  g_assert_cmpstr (text, ==, "(1(4))(3(2))(5)(6)(7)");
}

static gboolean
parse_thread (ImapThreadTree *tree, const char *data, GError **error)
{
  g_autofree char *line = g_strconcat ("* THREAD ", data, NULL);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_auto (ImapResponse) response = { 0 };

  g_assert_true (imap_response_parse (&response, frame, NULL));
  g_assert_cmpint (response.type, ==, IMAP_DATA_THREAD);

  return imap_data_parse_thread (&response, tree, error);
}

static void
test_thread_data (void)
{
  static const char *const rows[][2] = {
    { "", "" },
    { "(2)(3 6 (4 23)(44 7 96))", "(2)(3(6(4(23))(44(7(96)))))" },
    { "((3)(5))", "(0(3)(5))" },
    { " ( 1 )  (2 (3)(4))  ", "(1)(2(3)(4))" },
    { "(1(2)(3(4)(5)))", "(1(2)(3(4)(5)))" },
    { "(((1)(2))(3))", "(0(0(1)(2))(3))" },
    { "(1", NULL },
    { "1)", NULL },
    { "(x)", NULL },
    { "(1 -2)", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapThreadTree) tree = imap_thread_tree_new ();
      g_autoptr (GError) error = NULL;
      gboolean is_read = parse_thread (tree, rows[i][0], &error);
      g_autofree char *text = NULL;

      if (rows[i][1] == NULL)
        {
          g_assert_false (is_read);
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
          continue;
        }
      g_assert_no_error (error);
      text = describe_tree (tree);
      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

/* P08: a million parentheses, and a chain of a million mails. */
static void
test_p08_deep_thread (void)
{
  g_autofree char *deep = g_strnfill (1000000, '(');
  g_autoptr (ImapThreadTree) tree = imap_thread_tree_new ();
  g_autoptr (ImapThreadTree) chain = imap_thread_tree_new ();
  g_autoptr (GString) numbers = g_string_new ("(");
  g_autoptr (GListModel) threads = NULL;
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  GListModel *list;

  g_assert_false (parse_thread (tree, deep, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_DEEP);
  g_clear_error (&error);

  for (guint i = 1; i <= 1000000; i++)
    g_string_append_printf (numbers, "%u ", i);
  g_string_append_c (numbers, ')');
  g_assert_true (parse_thread (chain, numbers->str, &error));
  g_assert_cmpuint (imap_thread_tree_get_size (chain), ==, 1000001);
  g_assert_cmpuint (measure_depth (chain), ==, IMAP_LIMIT_THREAD_DEPTH + 1);

  /* All of the way down, and freed from the top. */
  threads = imap_thread_list_new (chain, 0);
  list = threads;
  while (list != NULL)
    {
      GImapThread *thread = g_list_model_get_item (list, 0);

      g_ptr_array_add (held, thread);
      list = g_imap_thread_get_children (thread);
    }
  g_assert_cmpuint (held->len, ==, IMAP_LIMIT_THREAD_DEPTH + 1);
  g_ptr_array_set_size (held, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mail-order/base-subject", test_base_subject);
  g_test_add_func ("/mail-order/casemap", test_casemap);
  g_test_add_func ("/mail-order/long-chain", test_long_chain);
  g_test_add_func ("/mail-order/odd-references", test_odd_references);
  g_test_add_func ("/mail-order/thread-data", test_thread_data);
  g_test_add_func ("/mail-order/p08-deep-thread", test_p08_deep_thread);

  return g_test_run ();
}
