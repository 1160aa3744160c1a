/* gimap4d boxes: the boxes of the user, with how many mails are in them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-text.h"
#include "gimap4d/cli/command.h"

#define NAME_WIDTH 40
#define INDENT 2

static gboolean is_subscribed_only;
static gboolean is_without_counts;

static const GOptionEntry entries[] = {
  { "subscribed", 0, 0, G_OPTION_ARG_NONE, &is_subscribed_only,
    N_ ("Only the boxes that are subscribed to"), NULL },
  { "no-counts", 0, 0, G_OPTION_ARG_NONE, &is_without_counts,
    N_ ("Do not ask how many mails are in them, which takes time on some servers"), NULL },
  { NULL },
};

static const char *
get_role_name (GImapBox *box)
{
  static const char *const names[] = {
    [G_IMAP_BOX_ROLE_INBOX] = "inbox",   [G_IMAP_BOX_ROLE_SENT] = "sent",
    [G_IMAP_BOX_ROLE_DRAFTS] = "drafts", [G_IMAP_BOX_ROLE_TRASH] = "trash",
    [G_IMAP_BOX_ROLE_JUNK] = "junk",     [G_IMAP_BOX_ROLE_ARCHIVE] = "archive",
    [G_IMAP_BOX_ROLE_ALL] = "all",       [G_IMAP_BOX_ROLE_FLAGGED] = "flagged",
  };
  GImapBoxRole role = g_imap_box_get_role (box);

  return role < G_N_ELEMENTS (names) ? names[role] : NULL;
}

static void
add_count (JsonBuilder *builder, const char *name, gint64 count)
{
  if (count < 0)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, count);
}

static void
print_json (GImapBox *box)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GImapBoxInfo *info = g_imap_box_get_info (box);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, g_imap_box_get_name (box));
  json_builder_set_member_name (builder, "delimiter");
  json_builder_add_string_value (builder, g_imap_box_get_delimiter (box));
  json_builder_set_member_name (builder, "role");
  json_builder_add_string_value (builder, get_role_name (box));
  json_builder_set_member_name (builder, "selectable");
  json_builder_add_boolean_value (builder, g_imap_box_get_selectable (box));
  json_builder_set_member_name (builder, "subscribed");
  json_builder_add_boolean_value (builder, g_imap_box_get_subscribed (box));
  if (info != NULL)
    {
      add_count (builder, "mailCount", g_imap_box_info_get_mail_count (info));
      add_count (builder, "unseen", g_imap_box_info_get_unseen (info));
      add_count (builder, "size", g_imap_box_info_get_size (info));
      add_count (builder, "uidValidity", g_imap_box_info_get_uid_validity (info));
      add_count (builder, "uidNext", g_imap_box_info_get_uid_next (info));
    }
  json_builder_end_object (builder);
  cli_print_json (builder);
}

/* Below the box that was printed last: one step deeper than it, without its name. */
static char *
make_tree_name (GImapBox *box, GHashTable *printed)
{
  const char *name = g_imap_box_get_name (box);
  const char *delimiter = g_imap_box_get_delimiter (box);
  const char *last = delimiter != NULL && *delimiter != '\0' ? g_strrstr (name, delimiter) : NULL;
  g_autofree char *parent = last != NULL ? g_strndup (name, last - name) : NULL;
  gpointer depth = NULL;
  guint own_depth = 0;

  if (parent != NULL && g_hash_table_lookup_extended (printed, parent, NULL, &depth))
    own_depth = GPOINTER_TO_UINT (depth) + 1;
  g_hash_table_replace (printed, g_strdup (name), GUINT_TO_POINTER (own_depth));

  return g_strdup_printf ("%*s%s", own_depth * INDENT, "",
                          own_depth > 0 ? last + strlen (delimiter) : name);
}

static char *
make_counts (GImapBox *box)
{
  GImapBoxInfo *info = g_imap_box_get_info (box);
  guint mail_count;
  g_autofree char *mails = NULL;
  g_autofree char *unseen = NULL;
  gint64 n_unseen;

  if (info == NULL)
    return g_strdup (g_imap_box_get_selectable (box) ? "" : _ ("only a folder"));
  mail_count = g_imap_box_info_get_mail_count (info);
  mails = g_strdup_printf (gimap4d_ngettext ("%u mail", "%u mails", mail_count), mail_count);
  n_unseen = g_imap_box_info_get_unseen (info);
  if (n_unseen <= 0)
    return g_steal_pointer (&mails);

  unseen = g_strdup_printf ("%" G_GINT64_FORMAT, n_unseen);

  /* Translators: the first is “12 mails”, the other a number, which counts here. */
  return g_strdup_printf (gimap4d_ngettext ("%s, %s unread", "%s, %s unread", n_unseen), mails,
                          unseen);
}

static void
print_line (GImapBox *box, GHashTable *printed)
{
  g_autofree char *counts = make_counts (box);
  gboolean is_terminal = cli_print_get_width () > 0;
  g_autofree char *name = is_terminal ? make_tree_name (box, printed) :
                                        g_strdup (g_imap_box_get_name (box));
  g_autofree char *safe = cli_text_make_safe (name, CLI_TEXT_LINE);
  g_autofree char *column = cli_text_fit (safe, MAX (NAME_WIDTH, cli_text_get_width (safe)));
  GImapBoxInfo *info = g_imap_box_get_info (box);
  gboolean has_news = info != NULL && g_imap_box_info_get_unseen (info) > 0;

  if (is_terminal)
    cli_print ("%s%s %s%s\n", has_news ? cli_print_bold () : "", column, counts,
               has_news ? cli_print_plain () : "");
  else
    cli_print ("%s\t%s\n", safe, counts);
}

static int
compare_boxes (gconstpointer one, gconstpointer other)
{
  GImapBox *first = *(GImapBox *const *) one;
  GImapBox *second = *(GImapBox *const *) other;
  gboolean first_is_inbox = g_imap_box_get_role (first) == G_IMAP_BOX_ROLE_INBOX;
  gboolean second_is_inbox = g_imap_box_get_role (second) == G_IMAP_BOX_ROLE_INBOX;

  if (first_is_inbox != second_is_inbox)
    return first_is_inbox ? -1 : 1;

  return g_utf8_collate (g_imap_box_get_name (first), g_imap_box_get_name (second));
}

static GPtrArray *
sort_boxes (GListModel *list)
{
  GPtrArray *boxes = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    g_ptr_array_add (boxes, g_list_model_get_item (list, i));
  g_ptr_array_sort (boxes, compare_boxes);

  return boxes;
}

static gboolean
run_boxes (const CommandRun *run, GError **error)
{
  GImapBoxListFlags flags = (is_subscribed_only ? G_IMAP_BOX_LIST_SUBSCRIBED : 0) |
                            (is_without_counts ? 0 : G_IMAP_BOX_LIST_WITH_STATUS);
  g_autoptr (GHashTable) printed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GListModel) list = NULL;
  g_autoptr (GPtrArray) boxes = NULL;

  transporter = cli_account_connect (run->account, run->url, run->cancellable, error);
  if (transporter == NULL)
    return FALSE;
  list = g_imap_transporter_get_box_list (transporter, flags, run->cancellable, error);
  if (list == NULL)
    return FALSE;
  boxes = sort_boxes (list);
  for (guint i = 0; i < boxes->len; i++)
    {
      if (run->is_json)
        print_json (boxes->pdata[i]);
      else
        print_line (boxes->pdata[i], printed);
    }

  return TRUE;
}

const Command command_boxes = {
  .name = "boxes",
  .summary = N_ ("List the boxes, with how many mails are in them"),
  .examples = "gimap4d boxes imaps://ada@imap.example.org/\n"
              "  gimap4d boxes --json imaps://ada@imap.example.org/ | jq -r .name",
  .entries = entries,
  .run = run_boxes,
};
