namespace StreamSpanMetrics.Integration.Tests.Security;

/// <summary>A certificate and its key.</summary>
/// <param name="Certificate">File with the certificate and the intermediate one behind it.</param>
/// <param name="Key">File with the key.</param>
/// <param name="Both">File with both, the key first.</param>
public sealed record CertificateFiles(string Certificate, string Key, string Both);
