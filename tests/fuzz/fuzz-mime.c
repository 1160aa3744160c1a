/* The fuzzer's entry: any bytes are a mail, everything is asked of it, and it is built anew.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_texts (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    g_abort ();
}

static void
read_contents (GEmail *email)
{
  GListModel *attachments = g_email_get_attachments (email);

  for (guint i = 0; i < g_list_model_get_n_items (attachments); i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (attachments, i);
      g_autoptr (GBytes) content = g_mail_attachment_get_content (attachment, NULL, NULL);

      if (content == NULL || g_bytes_get_size (content) != g_mail_attachment_get_size (attachment))
        g_abort ();
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GEmail) email = g_email_new_from_mime (bytes, NULL);
  g_autoptr (JsonNode) node = g_email_to_json (email);
  g_autoptr (GBytes) built = NULL;

  check_texts (node);
  read_contents (email);

  /* An error is an answer: not everything that can be read may be written. */
  g_email_set_keywords (email, NULL);
  built = g_email_to_mime (email, size % 4, size % 3, NULL);
  if (built != NULL)
    {
      g_autoptr (GEmail) again = g_email_new_from_mime (built, NULL);
      const char *before = g_email_get_subject (email);

      if (before != NULL && *before != '\0' && g_strcmp0 (before, g_email_get_subject (again)) != 0)
        g_abort ();
    }

  return 0;
}
