using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>JSON has one NaN, a double has many.</summary>
internal static class NotANumber
{
    /// <summary>Makes every NaN in <paramref name="message"/> the usual one, and returns it.</summary>
    public static T Unify<T>(T message)
        where T : IMessage
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.HasPresence && !field.Accessor.HasValue(message) ? null : field.Accessor.GetValue(message);
            foreach (object? part in value is IList list ? list : (object?[])[value])
            {
                if (part is IMessage inner)
                {
                    Unify(inner);
                }
                else if (part is double.NaN)
                {
                    field.Accessor.SetValue(message, double.NaN);
                }
            }
        }

        return message;
    }
}
