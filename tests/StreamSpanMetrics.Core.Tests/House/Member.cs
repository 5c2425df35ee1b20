namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>A method, constructor, property or operator with a body.</summary>
/// <param name="TypeName">Name of the type it stands in.</param>
/// <param name="Name">Its own name; the type's for a constructor.</param>
/// <param name="FirstLine">Line on which the declaration begins, from 1.</param>
/// <param name="LineCount">Lines from there to the end of the body.</param>
/// <param name="Body">The body, masked.</param>
internal sealed record Member(string TypeName, string Name, int FirstLine, int LineCount, string Body)
{
    /// <summary>Whether this is a constructor.</summary>
    public bool IsConstructor => Name == TypeName;
}
