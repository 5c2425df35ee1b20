namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// <c>extensions.basicauth</c>: user name and password of HTTP requests. A file wins over the text beside it and is read again for every
/// request, since secrets rotate.
/// </summary>
public sealed record BasicAuthSettings
{
    /// <summary>Name of the user, without a colon.</summary>
    public string UserName { get; init; } = "";

    /// <summary>File with the name.</summary>
    public string UserNameFile { get; init; } = "";

    /// <summary>The password.</summary>
    public Secret Password { get; init; } = Secret.None;

    /// <summary>File with the password.</summary>
    public string PasswordFile { get; init; } = "";
}
