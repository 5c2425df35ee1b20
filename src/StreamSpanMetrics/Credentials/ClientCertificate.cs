using System.Security.Cryptography.X509Certificates;

namespace StreamSpanMetrics.Credentials;

/// <summary>A client's certificate with its private key, and the certificates between it and the root.</summary>
/// <param name="Leaf">The certificate, with its key.</param>
/// <param name="Chain">What stands behind it in the same file, in that order.</param>
public sealed record ClientCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain);
