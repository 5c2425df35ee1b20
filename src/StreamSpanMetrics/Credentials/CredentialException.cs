namespace StreamSpanMetrics.Credentials;

/// <summary>A certificate, key or secret cannot be used. The message says which and why, and never what is in it.</summary>
public sealed class CredentialException : IOException
{
    /// <summary>An exception with a message.</summary>
    public CredentialException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and its cause.</summary>
    public CredentialException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
