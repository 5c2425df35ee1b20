namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>What a known field must look like.</summary>
/// <param name="WireType">Its wire type.</param>
/// <param name="Inner">The message in it that is looked into; null if the field is passed over.</param>
/// <param name="IsText">A text that is taken, valid UTF-8 or not.</param>
/// <param name="IdBytes">Bytes of an id that may also be empty; -1 if it is none.</param>
/// <param name="IsLate">Whether the reader looks into it after it has passed over the whole message that holds it.</param>
internal sealed record WireRule(int WireType, WireShape? Inner, bool IsText, int IdBytes, bool IsLate);
