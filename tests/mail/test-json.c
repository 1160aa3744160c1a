/* A mail as 4D writes it in JSON.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <string.h>

static GEmail *
load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  char *content;
  gsize length;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  bytes = g_bytes_new_take (content, length);

  return g_email_new_from_mime (bytes, NULL);
}

static void
test_shape (void)
{
  static const char mime[] = "From: Ada <ada@example.com>\r\n"
                             "To: ben@example.org, \"C\" <c@example.net>\r\n"
                             "Subject: =?utf-8?q?=C3=A9?=\r\n"
                             "Date: Mon, 5 Jan 2026 10:00:00 +0100\r\n"
                             "Message-ID: <m@example.com>\r\n"
                             "References: <r@example.com>\r\n"
                             "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                             "--b\r\n\r\nText\r\n"
                             "--b\r\nContent-Type: text/html; charset=no-such\r\n\r\n<p>\r\n"
                             "--b\r\nContent-Type: image/png; name=a.png\r\n"
                             "Content-ID: <cid@x>\r\n\r\nabc\r\n"
                             "--b--\r\n";
  static const char expected[] =
      "{\"size\":385,\"sendAt\":\"2026-01-05T09:00:00Z\",\"subject\":\"é\","
      "\"messageId\":\"m@example.com\",\"references\":[\"r@example.com\"],"
      "\"from\":[{\"name\":\"Ada\",\"email\":\"ada@example.com\"}],"
      "\"to\":[{\"email\":\"ben@example.org\"},{\"name\":\"C\",\"email\":\"c@example.net\"}],"
      "\"headers\":[{\"name\":\"From\",\"value\":\"Ada <ada@example.com>\"},"
      "{\"name\":\"To\",\"value\":\"ben@example.org, \\\"C\\\" <c@example.net>\"},"
      "{\"name\":\"Subject\",\"value\":\"é\"},"
      "{\"name\":\"Date\",\"value\":\"Mon, 5 Jan 2026 10:00:00 +0100\"},"
      "{\"name\":\"Message-ID\",\"value\":\"<m@example.com>\"},"
      "{\"name\":\"References\",\"value\":\"<r@example.com>\"},"
      "{\"name\":\"Content-Type\",\"value\":\"multipart/mixed; boundary=b\"}],"
      "\"keywords\":{},\"textBody\":\"Text\",\"htmlBody\":\"<p>\",\"preview\":\"Text\","
      "\"attachments\":[{\"name\":\"a.png\",\"cid\":\"cid@x\",\"type\":\"image/png\","
      "\"disposition\":\"inline\",\"size\":3}],"
      "\"bodyStructure\":{\"partID\":\"\",\"type\":\"multipart/mixed\",\"encoding\":\"7bit\","
      "\"size\":144,\"headers\":";
  static const char expected_end[] =
      "\"bodyValues\":{\"1\":{\"value\":\"Text\",\"isEncodingProblem\":false},"
      "\"2\":{\"value\":\"<p>\",\"isEncodingProblem\":true}}}";
  g_autoptr (GBytes) bytes = g_bytes_new_static (mime, sizeof mime - 1);
  g_autoptr (GEmail) email = g_email_new_from_mime (bytes, NULL);
  g_autoptr (JsonNode) node = g_email_to_json (email);
  g_autofree char *text = json_to_string (node, FALSE);

  if (!g_str_has_prefix (text, expected))
    g_assert_cmpstr (text, ==, expected);
  if (!g_str_has_suffix (text, expected_end))
    g_assert_cmpstr (text, ==, expected_end);
  g_assert_nonnull (strstr (text, "\"subParts\":[{\"partID\":\"1\",\"type\":\"text/plain\""));
  g_assert_null (strstr (text, "\"receivedAt\""));
}

static void
test_empty (void)
{
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (JsonNode) node = g_email_to_json (email);
  g_autofree char *text = json_to_string (node, FALSE);

  g_assert_cmpstr (text, ==, "{\"keywords\":{}}");
}

static void
test_keywords_and_dates (void)
{
  static const char *const keywords[] = { "$seen", "custom", NULL };
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 ("2026-01-05T23:30:00-05:00", NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  g_object_set (email, "keywords", keywords, "received-at", date, "id", "7", NULL);
  node = g_email_to_json (email);
  text = json_to_string (node, FALSE);
  g_assert_cmpstr (text, ==,
                   "{\"id\":\"7\",\"receivedAt\":\"2026-01-06T04:30:00Z\","
                   "\"keywords\":{\"$seen\":true,\"custom\":true}}");
}

/* What is written can be read, whatever the mail. */
static void
test_corpus (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autoptr (GEmail) email = load (name);
      g_autoptr (JsonNode) node = g_email_to_json (email);
      g_autofree char *text = json_to_string (node, TRUE);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) read = json_from_string (text, &error);

      g_assert_no_error (error);
      g_assert_true (json_node_equal (node, read));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/shape", test_shape);
  g_test_add_func ("/json/empty", test_empty);
  g_test_add_func ("/json/keywords-and-dates", test_keywords_and_dates);
  g_test_add_func ("/json/corpus", test_corpus);

  return g_test_run ();
}
