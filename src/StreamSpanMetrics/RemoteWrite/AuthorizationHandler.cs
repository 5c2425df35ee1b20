using System.Text;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Credentials;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>
/// Adds user name and password, or a token, to every request. Files are read for each one: it costs little beside a push, and a secret
/// that was just renewed is used at once, whichever way the file was replaced.
/// </summary>
internal sealed class AuthorizationHandler(RemoteWriteSettings settings, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    /// <exception cref="CredentialException">A file cannot be read just now, or what it holds fits no header.</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (settings.BasicAuth is BasicAuthSettings basic)
        {
            Set(request, "Authorization", Basic(basic));
        }
        else if (settings.BearerToken is BearerTokenSettings bearer)
        {
            Set(request, bearer.Header, Bearer(bearer));
        }

        return base.SendAsync(request, cancellationToken);
    }

    // RFC 7617: base64 of the UTF-8 of name, colon, password.
    private static string Basic(BasicAuthSettings basic)
    {
        string name = basic.UserNameFile.Length > 0 ? CredentialFile.ReadSecret(basic.UserNameFile) : basic.UserName;
        if (name.Contains(':', StringComparison.Ordinal))
        {
            throw new CredentialException($"the user name in {basic.UserNameFile} contains a colon");
        }

        string password = basic.PasswordFile.Length > 0 ? CredentialFile.ReadSecret(basic.PasswordFile) : basic.Password.Value;
        return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));
    }

    private static string Bearer(BearerTokenSettings bearer)
    {
        string token = bearer.TokenFile.Length > 0 ? CredentialFile.ReadSecret(bearer.TokenFile) : bearer.Token.Value;
        if (token.Any(letter => letter is < ' ' or >= '\u007f'))
        {
            throw new CredentialException($"the token in {bearer.TokenFile} is not printable ASCII");
        }

        return bearer.Scheme.Length > 0 ? $"{bearer.Scheme} {token}" : token;
    }

    private static void Set(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, value);
    }
}
