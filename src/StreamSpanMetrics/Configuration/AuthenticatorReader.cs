using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Credentials;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// The extension that <c>auth.authenticator</c> of the remote-write exporter names (opentelemetry-collector config/configauth, and
/// opentelemetry-collector-contrib extension/basicauthextension and extension/bearertokenauthextension).
/// </summary>
internal static class AuthenticatorReader
{
    private const string Known = "use basicauth or bearertokenauth, or a header: 'headers: {Authorization: \"Bearer ${env:TOKEN}\"}'";
    private const string FileHint = "is it mounted? a relative path starts at the working directory";

    /// <summary>The id that <paramref name="exporter"/> names, in either place; null if it names none. Notes no problem.</summary>
    public static string? IdOf(MappingReader exporter)
    {
        SettingNode? auth = exporter.Find("http")?.Find("auth")?.Value ?? exporter.Find("auth");
        SettingNode? id = auth?.Find("authenticator")?.Value;
        return id is { Kind: SettingKind.Scalar }
            ? exporter.Context.Environment.Expand(id, exporter.PathOf("auth.authenticator")).Text
            : null;
    }

    /// <summary>Reads the reference in <paramref name="auth"/> and the extension; <paramref name="settings"/> with what it says.</summary>
    public static RemoteWriteSettings Read(MappingReader auth, IReadOnlyList<Component> extensions, RemoteWriteSettings settings)
    {
        string id = auth.Text("authenticator", "");
        auth.Finish();
        if (!auth.IsMapping)
        {
            return settings;
        }

        if (id.Length == 0)
        {
            auth.Error("authenticator", "names no extension", "write 'authenticator: basicauth', or remove 'auth'");
            return settings;
        }

        Component? extension = extensions.FirstOrDefault(component => component.Id == id);
        if (extension is null)
        {
            List<string> ids = [.. extensions.Select(component => component.Id)];
            SettingNode node = auth.Find("authenticator")!;
            auth.Error(
                "authenticator", $"there is no extension '{node.Shown}' in this file",
                MappingReader.DidYouMean(node, ids) ?? "define it below 'extensions'");
            return settings;
        }

        MappingReader reader = new(auth.Context, extension.Value, extension.Path);
        switch (extension.Type)
        {
            case "basicauth" or "basic_auth":
                return settings with { BasicAuth = ReadBasic(reader) };
            case "bearertokenauth" or "bearer_token_auth":
                return settings with { BearerToken = ReadBearer(reader) };
            default:
                auth.Error("authenticator", $"extensions of type '{extension.Type}' are not supported", Known);
                return settings;
        }
    }

    private static BasicAuthSettings ReadBasic(MappingReader reader)
    {
        reader.Refuse("htpasswd", "is for those who check passwords, not for those who send one", "write 'client_auth: {username: ...}'");
        MappingReader client = reader.Section("client_auth");
        client.Refuse("aws_secrets_manager", "AWS Secrets Manager is not supported", "mount the secret as a file: password_file");
        BasicAuthSettings settings = new()
        {
            UserName = client.Text("username", ""),
            UserNameFile = client.Text("username_file", ""),
            Password = new Secret(client.Text("password", "")),
            PasswordFile = client.Text("password_file", ""),
        };
        client.Finish();
        reader.Finish();
        if (settings.UserName.Contains(':', StringComparison.Ordinal))
        {
            client.Error("username", "must not contain a colon: it separates the name from the password");
        }

        if (reader.Context.Connects && !reader.Has("htpasswd") && !client.Has("aws_secrets_manager"))
        {
            Require(client, "username", settings.UserName, "username_file", settings.UserNameFile, "a user name is needed");
            Require(client, "password", settings.Password.Value, "password_file", settings.PasswordFile, "a password is needed");
        }

        return settings;
    }

    private static BearerTokenSettings ReadBearer(MappingReader reader)
    {
        reader.Refuse("tokens", "several tokens are for those who check them, not for those who send one", "write 'token'");
        BearerTokenSettings defaults = new();
        BearerTokenSettings settings = new()
        {
            Token = new Secret(reader.Text("token", "")),
            TokenFile = reader.Text("filename", ""),
            Scheme = reader.Text("scheme", defaults.Scheme),
            Header = reader.Text("header", defaults.Header),
        };
        reader.Finish();
        if (!HttpHeader.IsValue(settings.Scheme))
        {
            reader.Error("scheme", "must be printable ASCII");
        }

        if (!HttpHeader.IsValue(settings.Token.Value))
        {
            reader.Error("token", "must be printable ASCII", "is there a line end at the end of the secret?");
        }

        if (!HttpHeader.IsName(settings.Header))
        {
            reader.Error("header", "this is not the name of a header");
        }

        if (reader.Context.Connects && !reader.Has("tokens"))
        {
            Require(reader, "token", settings.Token.Value, "filename", settings.TokenFile, "a token is needed");
        }

        return settings;
    }

    // One of a text and a file; the file wins, as in the Collector, and must hold something.
    private static void Require(MappingReader reader, string key, string text, string fileKey, string file, string message)
    {
        if (file.Length == 0)
        {
            if (text.Length == 0)
            {
                reader.Error(key, message, $"give {key} or {fileKey}");
            }

            return;
        }

        if (text.Length > 0)
        {
            reader.Warning(key, $"has no effect beside {fileKey}");
        }

        try
        {
            CredentialFile.ReadSecret(file);
        }
        catch (CredentialException exception)
        {
            reader.Error(fileKey, exception.Message, FileHint);
        }
    }
}
