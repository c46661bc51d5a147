using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LlmBridge.InteropTests.Support;

/// <summary>A server's certificate that no authority of this machine has given out.</summary>
internal static class TestCertificate
{
    /// <summary>A certificate for localhost, by nobody else; also put into a file.</summary>
    public static X509Certificate2 Make(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return certificate;
    }
}
