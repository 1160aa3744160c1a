/* All that can be asked of a mail, as one line of text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-mail.h"

#include "client-text.h"

#include <string.h>

/* So much of a text, and so many of many attachments, are shown. */
#define LONGEST_SHOWN 400
#define MOST_SHOWN 20

typedef struct
{
  guint n_parts;
  guint depth;
  gboolean is_truncated;
  gboolean is_ambiguous;
  gboolean is_encoding_problem;
} Tree;

/* Recursive: the tree keeps to a limit, and whoever walks it relies on that. */
static void
walk (GEmailBodyPart *part, guint depth, Tree *tree)
{
  GListModel *parts = g_email_body_part_get_sub_parts (part);

  tree->n_parts++;
  tree->depth = MAX (tree->depth, depth);
  tree->is_truncated |= g_email_body_part_get_is_truncated (part);
  tree->is_ambiguous |= g_email_body_part_get_is_ambiguous (part);
  tree->is_encoding_problem |= g_email_body_part_get_is_encoding_problem (part);
  for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);

      walk (child, depth + 1, tree);
    }
}

/* Printable ASCII as it is, all else with its number. */
static void
add_text (GString *text, const char *name, const char *value)
{
  gsize length = value != NULL ? strlen (value) : 0;

  if (value == NULL)
    return;
  g_assert_true (g_utf8_validate (value, -1, NULL));
  g_string_append_printf (text, " %s=%" G_GSIZE_FORMAT ":", name, length);
  for (gsize i = 0; i < MIN (length, LONGEST_SHOWN); i++)
    if (g_ascii_isprint (value[i]))
      g_string_append_c (text, value[i]);
    else
      g_string_append_printf (text, "\\x%02x", (guint8) value[i]);
}

static void
add_addresses (GString *text, const char *name, GListModel *addresses)
{
  guint n_addresses = g_list_model_get_n_items (addresses);

  if (n_addresses == 0)
    return;
  g_string_append_printf (text, " %s=%u:", name, n_addresses);
  for (guint i = 0; i < MIN (n_addresses, MOST_SHOWN); i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);
      const char *email = g_email_address_get_email (address);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", email != NULL ? email : "");
    }
}

/* With @are_here the contents too, which would be asked for else. */
static void
add_attachments (GString *text, GListModel *attachments, gboolean are_here)
{
  guint n_attachments = g_list_model_get_n_items (attachments);

  g_string_append_printf (text, " attachments=%u", n_attachments);
  for (guint i = 0; i < MIN (n_attachments, MOST_SHOWN); i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (attachments, i);
      g_autoptr (GBytes)
          content = are_here ? g_mail_attachment_get_content (attachment, NULL, NULL) : NULL;

      g_string_append_printf (text, "; %s", g_mail_attachment_get_content_type (attachment));
      add_text (text, "name", g_mail_attachment_get_name (attachment));
      if (content != NULL)
        g_string_append_printf (text, " size=%" G_GSIZE_FORMAT, g_bytes_get_size (content));
    }
}

void
client_mail_add_facts (GString *text, GEmail *email, gboolean is_whole)
{
  GEmailBodyPart *root = g_email_get_body_structure (email);
  GDateTime *sent = g_email_get_send_at (email);
  g_autofree char *date = sent != NULL ? g_date_time_format_iso8601 (sent) : NULL;
  Tree tree = { 0 };

  if (root != NULL)
    walk (root, 1, &tree);
  g_string_append_printf (text, "headers=%u parts=%u depth=%u%s%s%s",
                          g_list_model_get_n_items (g_email_get_headers (email)), tree.n_parts,
                          tree.depth, tree.is_truncated ? " truncated" : "",
                          tree.is_ambiguous ? " ambiguous" : "",
                          tree.is_encoding_problem ? " encoding-problem" : "");
  add_text (text, "subject", g_email_get_subject (email));
  add_text (text, "date", date);
  add_addresses (text, "from", g_email_get_from (email));
  add_addresses (text, "to", g_email_get_to (email));
  add_addresses (text, "bcc", g_email_get_bcc (email));
  add_text (text, "text", g_email_get_text_body (email));
  add_text (text, "html", g_email_get_html_body (email));
  add_attachments (text, g_email_get_attachments (email), is_whole);
}
